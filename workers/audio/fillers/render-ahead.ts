import { segmentId } from '../../../protocol/ids.ts';
import type { AudioChunk, Segment } from '../../../protocol/speech.ts';
import { speechSubject } from '../../../protocol/subjects.ts';
import type { Bus } from '../../bus.ts';
import { delay } from '../../delay.ts';
import type { Logger } from '../../logger.ts';
import type { Taken } from '../intake.ts';
import { Renditions } from '../renditions.ts';
import { keepUtteranceId, keyOfKept } from './airing-id.ts';
import type { Library } from './library.ts';

export interface RenderAheadOptions {
  room: string;
  voice: string;
  bus: Pick<Bus, 'publish'>;
  library: Pick<Library, 'missing' | 'get' | 'add'>;
  log: Pick<Logger, 'info' | 'warn'>;
  signal: AbortSignal;
  /** Tests take less. */
  times?: Partial<typeof defaultTimes>;
}

const defaultTimes = {
  /** The first sentence of a show comes before it; not more, as from then on whoever makes sounds may be lost. */
  firstMs: 500,
  /** Between two lines: real speech waits for the same engines. */
  apartMs: 200,
  /** A line that has not come by then is not waited for, though it is still taken when it comes. */
  waitMs: 60_000,
  /** Until what did not come is asked for again. */
  retryMs: 60_000,
  mostRetryMs: 1_800_000,
  /** Looks at what is missing, with nothing missing the last time. */
  lookMs: 60_000,
};
const segmentTtlMs = 600_000;
const limits = { maxSegmentMs: 30_000, maxBytes: 16_000_000 };

type Answer = 'kept' | 'refused' | 'late';

/** Has the configured lines made that have no sound yet, one at a time, by the voice that says everything else. */
export class RenderAhead {
  readonly #options: RenderAheadOptions;
  readonly #times: typeof defaultTimes;
  readonly #awaited = new Map<string, (answer: Answer) => void>();
  #renditions = new Renditions(limits);

  constructor(options: RenderAheadOptions) {
    this.#options = options;
    this.#times = { ...defaultTimes, ...options.times };
  }

  /** Until the signal says stop. */
  async run(): Promise<void> {
    const { library, log, signal } = this.#options;
    const { firstMs, apartMs, retryMs, mostRetryMs, lookMs } = this.#times;
    let retry = retryMs;
    for (let wait = firstMs; await delay(wait, signal);) {
      const answers: Answer[] = [];
      const { missing } = library;
      for (const line of missing) {
        const answer = await this.#ask(line);
        answers.push(answer);
        // Nobody is there who could make it: then the others would not come either.
        if (answer === 'late' || !(await delay(apartMs, signal))) break;
      }
      if (answers.includes('kept')) retry = retryMs;
      const isComplete = answers.every((answer) => answer === 'kept');
      wait = isComplete ? lookMs : retry;
      if (!isComplete) retry = Math.min(2 * retry, mostRetryMs);
      if (missing.length > 0 && !signal.aborted)
        log.info({ wanted: missing.length, answers, nextMs: wait }, 'sounds to keep for when nothing comes');
    }
  }

  /** A chunk of what was asked for, be it by the one before. */
  take(chunk: AudioChunk): Taken {
    const { library } = this.#options;
    const key = keyOfKept(chunk.segment.utteranceId);
    const answer = this.#awaited.get(key);
    if (library.get(key)) return this.#answered(key, 'kept', 'duplicate');
    const line = library.missing.find((each) => each.key === key);
    if (!line) return 'stray';
    if (chunk.missingReason) return this.#answered(key, 'refused', 'missing');
    let added = this.#renditions.add(chunk);
    if (added.kind === 'refused' && !answer) {
      // Leftovers of renditions that never became complete are in the way.
      this.#renditions = new Renditions(limits);
      added = this.#renditions.add(chunk);
    }
    switch (added.kind) {
      case 'waiting':
        return 'taken';
      case 'duplicate':
        return 'duplicate';
      case 'refused':
      case 'empty':
        return this.#answered(key, 'refused', 'refused');
      case 'complete':
        void library
          .add(line.text, added.recorded)
          .then((kept) => this.#answered(key, kept === undefined ? 'refused' : 'kept', 'complete'));
        return 'complete';
    }
  }

  #answered(key: string, answer: Answer, taken: Taken): Taken {
    this.#awaited.get(key)?.(answer);
    return taken;
  }

  async #ask({ key, text }: { key: string; text: string }): Promise<Answer> {
    const { signal, log } = this.#options;
    const { promise, resolve } = Promise.withResolvers<Answer>();
    this.#awaited.set(key, resolve);
    const over = new AbortController();
    const deadline = AbortSignal.any([signal, over.signal]);
    const late = delay(this.#times.waitMs, deadline).then((): Answer => 'late');
    try {
      return await Promise.race([this.#publish(key, text, deadline).then(async () => await promise), late]);
    } catch (error) {
      if (!signal.aborted) log.warn({ err: error, text }, 'cannot ask for a sound to keep');
      return 'late';
    } finally {
      over.abort();
      this.#awaited.delete(key);
    }
  }

  async #publish(key: string, text: string, signal: AbortSignal): Promise<void> {
    const { room, voice, bus } = this.#options;
    const now = Date.now();
    const utteranceId = keepUtteranceId(key);
    const segment: Segment = {
      // Asked for again, it is another segment: the bus would take it for the same.
      id: `${segmentId(utteranceId, 0)}@${now.toString(36)}`,
      room,
      utteranceId,
      index: 0,
      last: true,
      text,
      priority: 'idle',
      voice,
      causes: [],
      createdAt: now,
      expiresAt: now + segmentTtlMs,
      script: [text],
      idleScript: '',
      keep: true,
    };
    await bus.publish(speechSubject(room, 'idle'), 'segment', segment, { msgId: segment.id, signal });
  }
}
