import type { Playhead, Priority } from '../../protocol/speech.ts';

interface Released {
  priority: Priority;
  durationMs: number;
  releasedAt: number;
  seen: boolean;
}

/** What was released and never seen by the audio side counts for so long at most. */
const unseenLimitMs = 15_000;
/** Without a word from the audio side for so long, estimates alone count. */
const reportLimitMs = 3_000;

/** Viewers' answers are released while less than this is still to be heard; what waits longer can be merged and overtaken. */
const normalBacklogMs = 1_500;
/** Money is released earlier: the playlist puts it before everything else. */
const urgentBacklogMs = 8_000;

/**
 * How much is still to be heard of what was released. What is released too early can no longer be merged, overtaken or dropped; too
 * late, there is silence. Pure: fed with releases and with the audio side's reports.
 */
export class Pacer {
  readonly #released = new Map<string, Released>();
  #reportedAt = -Infinity;
  #current = { utteranceId: '', offsetMs: 0 };

  /** Something was released, by this process or by the one before it, at `now`. */
  release(utteranceId: string, priority: Priority, durationMs: number, now: number): void {
    this.#forget(now);
    if (this.#released.has(utteranceId)) return;
    this.#released.set(utteranceId, { priority, durationMs, releasedAt: now, seen: false });
  }

  /** There is more of what was released. */
  extend(utteranceId: string, durationMs: number): void {
    const utterance = this.#released.get(utteranceId);
    if (utterance) utterance.durationMs += durationMs;
  }

  report(playhead: Pick<Playhead, 'queued' | 'ended' | 'utteranceId' | 'offsetMs'>, now: number): void {
    this.#reportedAt = now;
    this.#current = { utteranceId: playhead.utteranceId, offsetMs: playhead.offsetMs };
    const queued = new Set(playhead.queued);
    const ended = new Set(playhead.ended);
    for (const [id, utterance] of this.#released) {
      if (queued.has(id)) utterance.seen = true;
      else if (utterance.seen || ended.has(id)) this.#released.delete(id);
    }
  }

  /** Milliseconds of sound still to be heard of these priorities, estimated. */
  backlogMs(among: Priority[], now: number): number {
    this.#forget(now);
    let sum = 0;
    for (const [id, { priority, durationMs }] of this.#released) {
      if (!among.includes(priority)) continue;
      const heardMs = id === this.#current.utteranceId ? this.#current.offsetMs : 0;
      sum += Math.max(0, durationMs - heardMs);
    }
    return sum;
  }

  /** Whether answers of a priority may be released now; idle talk is not asked for. */
  room(now: number): Record<Priority, boolean> {
    const backlogMs = this.backlogMs(['urgent', 'normal'], now);
    return { urgent: backlogMs < urgentBacklogMs, normal: backlogMs < normalBacklogMs, idle: false };
  }

  #forget(now: number): void {
    const deaf = now - this.#reportedAt > reportLimitMs;
    for (const [id, { durationMs, releasedAt, seen }] of this.#released) {
      const age = now - releasedAt;
      if (deaf ? age > durationMs : !seen && age > unseenLimitMs) this.#released.delete(id);
    }
  }
}

const msPerCharacter = 200;
const pauseMs = 400;

/** How long a text takes to say, roughly. */
export function estimateMs(text: string): number {
  return Array.from(text).length * msPerCharacter + pauseMs;
}
