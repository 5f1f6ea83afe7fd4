import { z } from 'zod';

/** Evidence counts half after so long: what was true an hour ago may not be. */
const halfLifeMs = 3_600_000;
/** A connection that lasts so long was a success; one that is cut sooner teaches that the wait before it was too short. */
export const heldAfterMs = 10_000;
/** Classes of waits before an attempt: below 1 s, 2 s, 4 s … 512 s, and longer. */
const waitClasses = 11;
/** So much evidence has to speak against a wait … */
const minEvidence = 3;
/** … with less than this share of successes, before a longer one is taken. */
const leastShare = 0.34;
/** Less than this of wanted time says nothing about quality. */
const minWantedMs = 5_000;

const weight = z.number().min(0).max(1e12);

/** What is remembered of a room's connections: sums whose parts fade, so it never grows. */
const historySchema = z.object({
  at: z.number(),
  /** Time in which the room was wanted and not known to be off the air, and of it that in which it was connected. */
  wantedMs: weight,
  upMs: weight,
  connections: weight,
  /** Sum over the connections that had one. */
  firstFrameMs: weight,
  firstFrames: weight,
  drops: weight,
  silences: weight,
  refusals: weight,
  /** By class of the wait before: attempts, and those that held. */
  tries: z.array(weight).length(waitClasses),
  held: z.array(weight).length(waitClasses),
});

export type ConnectionHistory = z.infer<typeof historySchema>;

export type HistoryEvent =
  /** Time went by: `wanted` while it ought to be connected, `up` while it was. */
  | { kind: 'time'; ms: number; up: boolean }
  | { kind: 'first-frame'; afterMs: number }
  /** An attempt after such a wait, and whether it came to a connection that held. */
  | { kind: 'tried'; waitMs: number; held: boolean }
  | { kind: 'opened' }
  | { kind: 'drop' }
  | { kind: 'silence' }
  | { kind: 'refusal' };

export function noHistory(now: number): ConnectionHistory {
  const none = () => Array<number>(waitClasses).fill(0);
  return {
    at: now,
    wantedMs: 0,
    upMs: 0,
    connections: 0,
    firstFrameMs: 0,
    firstFrames: 0,
    drops: 0,
    silences: 0,
    refusals: 0,
    tries: none(),
    held: none(),
  };
}

/** Takes one thing in; a new history. Times in milliseconds; a clock that was set back fades nothing. */
export function remembered(history: ConnectionHistory, event: HistoryEvent, now: number): ConnectionHistory {
  const next = faded(history, now);
  switch (event.kind) {
    case 'time': {
      const ms = Math.max(0, event.ms);
      return { ...next, wantedMs: next.wantedMs + ms, upMs: next.upMs + (event.up ? ms : 0) };
    }
    case 'first-frame':
      return {
        ...next,
        firstFrameMs: next.firstFrameMs + Math.max(0, event.afterMs),
        firstFrames: next.firstFrames + 1,
      };
    case 'tried': {
      const index = waitClass(event.waitMs);
      return {
        ...next,
        tries: raised(next.tries, index),
        held: event.held ? raised(next.held, index) : next.held,
      };
    }
    case 'opened':
      return { ...next, connections: next.connections + 1 };
    case 'drop':
      return { ...next, drops: next.drops + 1 };
    case 'silence':
      return { ...next, silences: next.silences + 1 };
    case 'refusal':
      return { ...next, refusals: next.refusals + 1 };
  }
}

/**
 * 0 to 100, null while too little is known:
 *
 *     100 × up ÷ wanted × 1 ÷ (1 + (drops + 2 × silences + 4 × refusals) ÷ 10) × 1 ÷ (1 + max(0, first frame − 2 s) ÷ 20 s)
 *
 * All sums fade by half in an hour, so that what is mended shows. A silence is worse than a drop since nobody noticed it for a
 * minute, and a refusal is worse still since it will not pass by itself.
 */
export function qualityOf(history: ConnectionHistory): number | null {
  const { wantedMs, upMs, drops, silences, refusals, firstFrameMs, firstFrames } = history;
  if (wantedMs < minWantedMs) return null;
  const uptime = Math.min(1, upMs / wantedMs);
  const calm = 1 / (1 + (drops + 2 * silences + 4 * refusals) / 10);
  const meanMs = firstFrames > 0 ? firstFrameMs / firstFrames : 0;
  const quick = 1 / (1 + Math.max(0, meanMs - 2_000) / 20_000);
  return Math.round(100 * uptime * calm * quick);
}

/**
 * The wait that the past recommends: doubled from `waitMs` for as long as attempts after such a wait mostly failed in this room, never
 * shorter than `waitMs` and never above `mostMs`. As evidence fades, shorter waits are tried again.
 */
export function learnedWait(history: ConnectionHistory, waitMs: number, mostMs: number): number {
  let wait = waitMs;
  while (wait < mostMs && isHopeless(history, waitClass(wait))) wait = Math.max(wait * 2, 1_000);
  return Math.max(waitMs, Math.min(wait, mostMs));
}

function isHopeless({ tries, held }: ConnectionHistory, index: number): boolean {
  const tried = tries[index] ?? 0;
  return tried >= minEvidence && (held[index] ?? 0) / tried < leastShare;
}

/** What two processes, one after the other, have seen. */
export function combined(one: ConnectionHistory, other: ConnectionHistory, now: number): ConnectionHistory {
  const [a, b] = [faded(one, now), faded(other, now)];
  const sums = (first: number[], second: number[]) =>
    first.map((value, index) => value + (second[index] ?? 0));
  return {
    at: Math.max(a.at, b.at),
    wantedMs: a.wantedMs + b.wantedMs,
    upMs: a.upMs + b.upMs,
    connections: a.connections + b.connections,
    firstFrameMs: a.firstFrameMs + b.firstFrameMs,
    firstFrames: a.firstFrames + b.firstFrames,
    drops: a.drops + b.drops,
    silences: a.silences + b.silences,
    refusals: a.refusals + b.refusals,
    tries: sums(a.tries, b.tries),
    held: sums(a.held, b.held),
  };
}

/** What an earlier process wrote; nothing known for what is not a history. */
export function readHistory(text: string, now: number): ConnectionHistory {
  try {
    const { data } = historySchema.safeParse(JSON.parse(text));
    // One from the future would never fade.
    return data ? { ...data, at: Math.min(data.at, now) } : noHistory(now);
  } catch {
    return noHistory(now);
  }
}

/** To three digits, as nobody needs more. */
export const writeHistory = (history: ConnectionHistory): string =>
  JSON.stringify(history, (_key, value: unknown) =>
    typeof value === 'number' ? Math.round(value * 1_000) / 1_000 : value,
  );

/** So that the first room waits for nothing to be compiled: what checks a history is generated when it is first used. */
export function rehearseHistory(): void {
  readHistory(writeHistory(noHistory(0)), 0);
}

function waitClass(waitMs: number): number {
  if (waitMs < 1_000) return 0;
  return Math.min(waitClasses - 1, 1 + Math.floor(Math.log2(waitMs / 1_000)));
}

const raised = (values: number[], index: number): number[] =>
  values.map((value, at) => (at === index ? value + 1 : value));

function faded(history: ConnectionHistory, now: number): ConnectionHistory {
  const factor = 0.5 ** (Math.max(0, now - history.at) / halfLifeMs);
  const fade = (value: number) => value * factor;
  return {
    at: Math.max(now, history.at),
    wantedMs: fade(history.wantedMs),
    upMs: fade(history.upMs),
    connections: fade(history.connections),
    firstFrameMs: fade(history.firstFrameMs),
    firstFrames: fade(history.firstFrames),
    drops: fade(history.drops),
    silences: fade(history.silences),
    refusals: fade(history.refusals),
    tries: history.tries.map(fade),
    held: history.held.map(fade),
  };
}
