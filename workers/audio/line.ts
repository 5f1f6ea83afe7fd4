import type { Cause, Priority, Segment } from '../../protocol/speech.ts';

/** What the playlist has to know of a sound; lengths in samples at the output rate. */
export interface Sound {
  samples: number;
  bytes: number;
}

export type Slot<S extends Sound> = { state: 'ready'; sound: S } | { state: 'missing'; reason: string };

/** How an utterance ended. `spoken` when any of it was heard. */
export interface Ending {
  utteranceId: string;
  what: 'spoken' | 'expired' | 'failed' | 'skipped' | 'shed';
  reason: string;
  text: string;
  causes: Cause[];
}

/** One utterance in the playlist. */
export interface Line<S extends Sound> {
  id: string;
  priority: Priority;
  expiresAt: number;
  /** Place in the order of arrival. */
  order: number;
  causes: Map<string, Cause>;
  script: string[];
  texts: Map<number, string>;
  /** Segments that have come and are not behind us. */
  slots: Map<number, Slot<S>>;
  /** Index of the next segment to play, and how much of it was heard already. */
  next: number;
  offset: number;
  /** Index of the last segment; -1 while unknown. */
  last: number;
  /** Why another voice than the usual one spoke, of the first segment where it did; empty: it did not. */
  note: string;
  /** Some of it was heard. */
  heard: boolean;
  /** Place in the order of beginning; 0 before. */
  startedOrder: number;
  /** Since when the line has the floor without having its next segment. */
  stalledSince: number | undefined;
  /** Why segments are missing. */
  missing: string[];
  /** Stream sequences of its first and its latest chunk. */
  firstSeq: number;
  lastSeq: number;
  /** Set when it has ended, until its outcomes are published. */
  ending: Ending | undefined;
}

/** Where an utterance was when an earlier process left it. */
export interface Partial {
  utteranceId: string;
  nextIndex: number;
  /** In samples. */
  offset: number;
}

/** What an earlier process left behind. */
export interface Resume {
  resumeSeq: number;
  ended: string[];
  partial: Partial[];
}

const maxTextLength = 500;
/** What tts says of a segment without text. */
const nothingToSay = 'nothing to say';

export function newLine<S extends Sound>(segment: Segment, seq: number, order: number): Line<S> {
  return {
    id: segment.utteranceId,
    priority: segment.priority,
    expiresAt: segment.expiresAt,
    order,
    causes: new Map(),
    script: [],
    texts: new Map(),
    slots: new Map(),
    next: 0,
    offset: 0,
    last: -1,
    note: '',
    heard: false,
    startedOrder: 0,
    stalledSince: undefined,
    missing: [],
    firstSeq: seq,
    lastSeq: seq,
    ending: undefined,
  };
}

/** Takes over what a segment says about its utterance. */
export function learn<S extends Sound>(line: Line<S>, segment: Segment, seq: number): void {
  line.lastSeq = Math.max(line.lastSeq, seq);
  line.expiresAt = Math.max(line.expiresAt, segment.expiresAt);
  line.texts.set(segment.index, segment.text);
  if (segment.script.length > 0) line.script = segment.script;
  if (segment.last) line.last = segment.index;
  // All of them, because each has to have its outcome: that a segment is one message (1 MB) is what bounds them.
  for (const cause of segment.causes) line.causes.set(cause.eventId, cause);
}

/** The sound of a segment has come. */
export function fill<S extends Sound>(
  line: Line<S>,
  index: number,
  { sound, note }: { sound: S; note: string },
): void {
  line.slots.set(index, { state: 'ready', sound });
  line.note ||= note;
}

export const isReady = <S extends Sound>(line: Line<S>): boolean =>
  line.ending === undefined && line.slots.get(line.next)?.state === 'ready';

/** Too old to be said. A reply that was begun is finished even so, as long as its next segment is there. */
export function isStale<S extends Sound>(line: Line<S>, now: number): boolean {
  if (now < line.expiresAt) return false;
  return line.startedOrder === 0 || line.priority === 'idle' || !isReady(line);
}

/** Passes over missing segments; true when nothing of the line is left. */
export function passMissing<S extends Sound>(line: Line<S>): boolean {
  for (let slot = line.slots.get(line.next); slot?.state === 'missing'; slot = line.slots.get(line.next)) {
    line.missing.push(slot.reason);
    line.slots.delete(line.next);
    line.next += 1;
    line.offset = 0;
  }
  return line.last !== -1 && line.next > line.last;
}

/** The ending of a line of which everything was heard or is missing. */
export function endingOfComplete<S extends Sound>(line: Line<S>): Pick<Ending, 'what' | 'reason'> {
  // The last segment of an answer that was still being thought of when it began has no text.
  const missing = line.missing.filter((each) => each !== nothingToSay);
  const [reason = line.note] = missing;
  if (line.heard) return { what: 'spoken', reason };
  const failure = (missing.length > 0 ? missing : line.missing).find((each) => each !== 'expired');
  return failure === undefined ? { what: 'expired', reason: 'expired' } : { what: 'failed', reason: failure };
}

/** The utterance's words, as far as they are known. */
export function textOf<S extends Sound>(line: Line<S>): string {
  const sentences =
    line.script.length > 0 ? line.script : [...line.texts].sort(([a], [b]) => a - b).map(([, text]) => text);
  return sentences.join('').slice(0, maxTextLength);
}

/** Ready sound that was not heard yet, in samples. */
export function waitingSamples<S extends Sound>(line: Line<S>): number {
  let samples = -line.offset;
  for (const slot of line.slots.values()) if (slot.state === 'ready') samples += slot.sound.samples;
  return Math.max(0, samples);
}
