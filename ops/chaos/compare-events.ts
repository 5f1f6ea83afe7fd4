import type { EventKind } from '../../protocol/event.ts';
import type { TruthMessage } from './truth.ts';

/** An event as the stream has it. */
export interface StoredEvent {
  id: string;
  kind: EventKind;
  /** Of a gift: how many it added. */
  count: number;
}

/** What a room says it has sent against what the stream holds. Ids at most 20 each. */
export interface Comparison {
  /** Messages that surely arrived and have to be events. */
  delivered: number;
  /** Gifts that surely arrived, by the totals of their streaks. */
  gifts: number;
  missing: string[];
  /** Events that were never sent, that are there twice, or gifts beyond the total of their streak. */
  extra: string[];
}

/** The room's words for what is one event each. Gifts are counted by streak; the other kinds are noise that means nothing to us. */
const eventKindOf: Record<string, EventKind> = {
  chat: 'chat',
  emoji: 'chat',
  like: 'like',
  enter: 'enter',
  follow: 'follow',
  share: 'share',
  fansclub: 'fansclub',
  screen: 'chat',
  audience: 'stats',
  stats: 'stats',
  notice: 'system',
  rank: 'system',
  product: 'product',
  shopping: 'product',
  ecom: 'order',
  control: 'control',
};

/**
 * Pure. Message ids are the evidence: the last part of an event's id is the platform's own. `shed`: ids of events that have that outcome
 * instead of a place in the stream, as neither bus nor journal could take them. For what was paid for that is no excuse.
 */
export function compareEvents(
  truth: TruthMessage[],
  events: StoredEvent[],
  shed: readonly string[] = [],
): Comparison {
  const known = new Map(truth.map((message) => [message.msgId, message]));
  const found = new Map<string, StoredEvent>();
  const missing: string[] = [];
  const extra: string[] = [];
  for (const event of events) {
    const message = known.get(messageIdOf(event.id));
    if (!message) extra.push(`${event.id}: the room has sent no such message`);
    else if (found.has(event.id)) extra.push(`${event.id}: twice in the stream`);
    else if ((message.streak ? 'gift' : eventKindOf[message.kind]) !== event.kind)
      extra.push(`${event.id}: ${event.kind}, but the room sent ${message.kind}`);
    found.set(event.id, event);
  }
  const ids = new Set([...found.keys()].map(messageIdOf));
  const shedIds = new Set(shed.map(messageIdOf));
  const single = truth.filter(({ kind, sure }) => sure && kind in eventKindOf);
  for (const { msgId, kind } of single) {
    const isShed = shedIds.has(msgId) && eventKindOf[kind] !== 'order';
    if (!ids.has(msgId) && !isShed) missing.push(`${msgId}: ${kind}`);
  }
  const streaks = compareStreaks(truth, found);
  missing.push(...streaks.missing);
  extra.push(...streaks.extra);
  return { delivered: single.length, gifts: streaks.gifts, missing, extra };
}

interface Streak {
  /** The highest total that surely arrived, and the highest of all. */
  sure: number;
  most: number;
  counted: number;
}

function compareStreaks(
  truth: TruthMessage[],
  found: Map<string, StoredEvent>,
): { gifts: number; missing: string[]; extra: string[] } {
  const streaks = new Map<string, Streak>();
  const keys = new Map<string, string>();
  for (const { msgId, sure, streak } of truth) {
    if (!streak) continue;
    const known = streaks.get(streak.key) ?? { sure: 0, most: 0, counted: 0 };
    known.most = Math.max(known.most, streak.total);
    if (sure) known.sure = Math.max(known.sure, streak.total);
    streaks.set(streak.key, known);
    keys.set(msgId, streak.key);
  }
  for (const { id, kind, count } of found.values()) {
    const streak = streaks.get(keys.get(messageIdOf(id)) ?? '');
    if (streak && kind === 'gift') streak.counted += count;
  }
  const all = [...streaks];
  return {
    gifts: all.reduce((sum, [, { sure }]) => sum + sure, 0),
    missing: all.flatMap(([key, { sure, counted }]) =>
      counted < sure ? [`gift streak ${key}: ${counted} counted of ${sure}`] : [],
    ),
    extra: all.flatMap(([key, { most, counted }]) =>
      counted > most ? [`gift streak ${key}: ${counted} counted of ${most}`] : [],
    ),
  };
}

/** `room1:douyin:7263…-1` → `7263…`: one message may be several events. */
function messageIdOf(eventId: string): string {
  return (eventId.split(':').at(-1) ?? '').replace(/-\d+$/, '');
}
