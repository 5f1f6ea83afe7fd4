import { parseAckSubject } from './ack-subject.ts';

/** What a consumer has given out and got no answer for: `count` messages with sequences from `first` to `last`, among others. */
export interface Unanswered {
  stream: string;
  consumer: string;
  first: number;
  last: number;
  count: number;
}

/** What lay in a dead worker's socket is the newest; the rest comes back after its ack wait. */
const mostPerConsumer = 10_000;
const most = 50_000;

/**
 * Ack subjects, made up since the server goes by the sequence alone, of what was given out and is held by nobody. The sequences between
 * belong to other consumers or are answered: to give those back does nothing. Pure.
 */
export function unheardAcks(unanswered: Unanswered[], heldAcks: Iterable<string>): string[] {
  const held = new Map<string, Set<number>>();
  for (const ack of heldAcks) {
    const message = parseAckSubject(ack);
    if (!message) continue;
    const key = `${message.stream} ${message.consumer}`;
    const known = held.get(key);
    if (known) known.add(message.seq);
    else held.set(key, new Set([message.seq]));
  }
  const acks: string[] = [];
  for (const { stream, consumer, first, last, count } of unanswered) {
    const own = held.get(`${stream} ${consumer}`) ?? new Set();
    if (own.size >= count) continue;
    for (let seq = Math.max(first, last - mostPerConsumer + 1); seq <= last; seq++)
      if (!own.has(seq)) acks.push(`$JS.ACK.${stream}.${consumer}.1.${seq}.${seq}.0.0`);
  }
  return acks.slice(-most);
}
