import { createHash } from 'node:crypto';
import type { NatsConnection } from '@nats-io/transport-node';
import { NotOursError, decodeAs } from '../../protocol/codec.ts';
import { Ledger } from '../ledger.ts';
import type { Balance } from '../ledger.ts';
import type { MessageRecord } from './archive.ts';
import { archivedBuckets, archivedStreams } from './archived-streams.ts';
import { contentOf, toRecord } from './message-record.ts';
import { StoredMessages } from './stored-messages.ts';
import { Unfinished } from './unfinished.ts';

/** Of each stream, how many messages and a hash of them all: what went in has to be what is there. */
export class Contents {
  readonly #streams = new Map<string, { messages: number; hash: ReturnType<typeof createHash> }>();
  /** Of a bucket only the latest value of a key counts. */
  readonly #latest = new Map<string, string>();

  add(record: MessageRecord): void {
    const { stream, subject } = record;
    if (archivedBuckets.includes(stream)) {
      this.#latest.set(`${stream} ${subject}`, contentOf(record));
      return;
    }
    const known = this.#streams.get(stream) ?? { messages: 0, hash: createHash('sha256') };
    known.messages += 1;
    known.hash.update(contentOf(record)).update('\n');
    this.#streams.set(stream, known);
  }

  /** What differs between the two, for people; empty: nothing. */
  differenceFrom(other: Contents): string {
    const [own, others] = [this.#summary(), other.#summary()];
    for (const name of new Set([...own.keys(), ...others.keys()])) {
      const [here, there] = [own.get(name), others.get(name)];
      if (here?.messages !== there?.messages)
        return `${name}: ${here?.messages ?? 0} messages instead of ${there?.messages ?? 0}`;
      if (here?.digest !== there?.digest) return `${name}: the messages are not those that were put in`;
    }
    return '';
  }

  #summary(): Map<string, { messages: number; digest: string }> {
    const latest = createHash('sha256');
    for (const entry of [...this.#latest].sort(([a], [b]) => (a < b ? -1 : 1)))
      latest.update(entry.join('\n'));
    return new Map([
      ['the buckets', { messages: this.#latest.size, digest: latest.digest('hex') }],
      ...[...this.#streams].map(
        ([name, { messages, hash }]) => [name, { messages, digest: hash.copy().digest('hex') }] as const,
      ),
    ]);
  }
}

/** Reads everything that was restored: what it is, whether the ledger says what it said (`at`, `onAir`), and what is still to be done. */
export async function readBack(
  connection: NatsConnection,
  { at, onAir }: { at: number; onAir: boolean },
  signal: AbortSignal,
): Promise<{ contents: Contents; balance: Balance; unfinished: Unfinished }> {
  const stored = await StoredMessages.open(connection);
  const contents = new Contents();
  const ledger = new Ledger();
  const unfinished = new Unfinished();
  for (const stream of [...archivedBuckets, ...archivedStreams]) {
    const { lastSeq } = await stored.look(stream);
    for await (const message of stored.read(stream, { fromSeq: 1, upToSeq: lastSeq, signal })) {
      contents.add(toRecord(stream, message));
      try {
        take(stream, message.data, message.seq);
      } catch (error) {
        // Not ours: nobody counts it, and workers pass it over.
        if (!(error instanceof NotOursError)) throw error;
      }
    }
  }
  return { contents, balance: ledger.balance(at, onAir), unfinished };

  function take(stream: string, data: Uint8Array, seq: number): void {
    if (stream === 'EVENTS') {
      const event = decodeAs('event', data);
      ledger.addEvent(event);
      unfinished.addEvent(event, seq);
    } else if (stream === 'SPEECH') {
      unfinished.addSegment(decodeAs('segment', data), seq);
    } else if (stream === 'OUTCOME') {
      const outcome = decodeAs('outcome', data);
      ledger.addOutcome(outcome);
      unfinished.addOutcome(outcome);
    }
  }
}
