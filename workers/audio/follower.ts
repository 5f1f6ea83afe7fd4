import type { OutputKind } from '../../protocol/config.ts';
import type { AudioChunk, Playhead } from '../../protocol/speech.ts';
import { audioSubject, playheadSubject } from '../../protocol/subjects.ts';
import type { Bus } from '../bus.ts';
import type { Delivery } from '../delivery.ts';
import { delay } from '../delay.ts';
import type { Logger } from '../logger.ts';
import { CatchUp } from './catch-up.ts';
import type { Checkpoint } from './checkpoint.ts';
import { findLastChunk } from './last-chunk.ts';
import type { Kept } from './resume.ts';
import { newest } from './resume.ts';
import { WaitingChunks } from './waiting-chunks.ts';

export type ChunkDelivery = Pick<Delivery<AudioChunk>, 'body' | 'seq' | 'message'>;

export interface FollowerOptions {
  room: string;
  bus: Pick<Bus, 'read' | 'listen' | 'connection'>;
  checkpoint: Pick<Checkpoint, 'kept' | 'refresh'>;
  log: Logger;
  counters: Record<string, number>;
  signal: AbortSignal;
}

/** More than any room has waiting; beyond it the stream keeps it. */
const maxBytes = 48_000_000;
/** So long, at most, what waits in the stream is read before anything new begins. */
const catchUpMs = 500;
/** Who plays says where it is at least every 160 ms: a playhead that is older than this is not the latest. */
const freshMs = 400;
const refreshMs = 150;
const fullMs = 1_000;
const listenRetryMs = { first: 1_000, most: 60_000 };

/**
 * Stays beside whoever plays a room: reads its chunks, hears its playheads, and keeps just what is needed to go on from there. Once
 * its own worker plays, it hands on what it has, and from then on each chunk as it comes: between the two nothing is missed.
 */
export class Follower implements AsyncDisposable {
  /** Hears where whoever plays now is. */
  onPlayhead: (playhead: Playhead) => void = () => undefined;
  readonly #options: FollowerOptions;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  /** Cut when the listening ends, because this worker plays now. */
  readonly #listening = new AbortController();
  readonly #waiting: WaitingChunks;
  readonly #catchUp: CatchUp;
  readonly #over: Promise<unknown>;
  #reading = new AbortController();
  #from: number;
  #heard: Kept | undefined;
  #heardAt = -Infinity;
  #onHeard = Promise.withResolvers<void>();
  #onRoom = Promise.withResolvers<void>();
  #take: ((chunk: ChunkDelivery) => void) | undefined;
  /** How what waited at the start was read, for people; never rejects. */
  readonly caughtUp: Promise<string>;
  isCaughtUp = false;

  constructor(options: FollowerOptions) {
    const { room, bus, checkpoint, signal } = options;
    this.#options = options;
    this.#signal = AbortSignal.any([signal, this.#stop.signal]);
    this.#from = Math.max(1, checkpoint.kept?.playhead.resumeSeq ?? 1);
    this.#waiting = new WaitingChunks({ maxBytes, from: this.#from });
    this.#catchUp = new CatchUp({
      findLast: async () => await findLastChunk(bus, room, catchUpMs),
      from: this.#from,
      timeoutMs: catchUpMs,
      signal: this.#signal,
    });
    this.caughtUp = this.#catchUp.over().finally(() => (this.isCaughtUp = true));
    this.#over = Promise.all([this.#read(), this.#listen()]);
  }

  /**
   * The output on which somebody plays now; undefined when nobody does. Listens for a moment, but not where nobody ever played, nor
   * where the first output works without being tried.
   */
  async outputInUse(outputs: OutputKind[]): Promise<string | undefined> {
    const [first] = outputs;
    if (!this.#options.checkpoint.kept || first === 'file' || first === 'null') return undefined;
    return await this.heardOutput(freshMs);
  }

  /** The output on which somebody plays, as is heard from it within so many milliseconds. */
  async heardOutput(patienceMs: number): Promise<string | undefined> {
    const waiting = new AbortController();
    const late = delay(patienceMs, AbortSignal.any([waiting.signal, this.#signal]));
    await Promise.race([this.#onHeard.promise, late]);
    waiting.abort();
    return this.#heard?.playhead.output;
  }

  /** The last that is known of where the one before is. Asks the bucket, for a moment, when that one has not been heard lately. */
  async latest(): Promise<Kept | undefined> {
    const { checkpoint } = this.#options;
    this.#listening.abort();
    if (performance.now() - this.#heardAt > freshMs) await checkpoint.refresh(refreshMs);
    return newest(this.#heard, checkpoint.kept);
  }

  /** Gives what waits, at and after a playhead, and then each chunk as it comes. */
  handOn(
    { resumeSeq, ended }: { resumeSeq: number; ended: string[] },
    take: (chunk: ChunkDelivery) => void,
  ): void {
    this.#prune({ resumeSeq, ended });
    this.#take = take;
    for (const chunk of this.#waiting.take()) take(chunk);
    this.#count();
    this.#onRoom.resolve();
  }

  /** No chunk is needed any more. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#over;
  }

  async #read(): Promise<void> {
    const { room, bus } = this.#options;
    while (!this.#signal.aborted) {
      this.#reading = new AbortController();
      const signal = AbortSignal.any([this.#signal, this.#reading.signal]);
      const options = { filter: audioSubject(room), from: { seq: this.#from }, signal };
      for await (const delivery of bus.read('AUDIO', 'chunk', options)) {
        if (signal.aborted) break;
        this.#catchUp.read(delivery.seq);
        if (this.#take) {
          this.#take(delivery);
          continue;
        }
        this.#waiting.add(delivery);
        this.#count();
        while (this.#waiting.isFull && !this.#take && !signal.aborted) await this.#room(signal);
      }
    }
  }

  /** Waits until something was let go. The bucket is asked when the one who plays is not heard. */
  async #room(signal: AbortSignal): Promise<void> {
    const { checkpoint } = this.#options;
    this.#onRoom = Promise.withResolvers<void>();
    const waiting = new AbortController();
    const late = delay(fullMs, AbortSignal.any([waiting.signal, signal]));
    await Promise.race([this.#onRoom.promise, late]);
    waiting.abort();
    if (this.#take || performance.now() - this.#heardAt < fullMs) return;
    await checkpoint.refresh(fullMs);
    if (checkpoint.kept && !this.#take) this.#prune(checkpoint.kept.playhead);
  }

  async #listen(): Promise<void> {
    const { room, bus, log } = this.#options;
    const signal = AbortSignal.any([this.#signal, this.#listening.signal]);
    for (let retry = listenRetryMs.first; !signal.aborted; retry = Math.min(2 * retry, listenRetryMs.most)) {
      try {
        for await (const { message } of bus.listen(playheadSubject(room), signal)) {
          if (message.type === 'playhead')
            this.#hear({ playhead: message.body, epoch: message.origin.epoch });
        }
      } catch (error) {
        log.warn({ err: error }, 'cannot hear where the sound is; the bucket has to do');
      }
      await delay(retry, signal);
    }
  }

  #hear(kept: Kept): void {
    if (this.#listening.signal.aborted) return;
    this.#heard = kept;
    this.#heardAt = performance.now();
    this.#onHeard.resolve();
    this.#prune(kept.playhead);
    this.onPlayhead(kept.playhead);
  }

  #prune(playhead: { resumeSeq: number; ended: string[] }): void {
    if (!this.#waiting.prune(playhead)) {
      this.#options.log.warn({ from: playhead.resumeSeq }, 'who plays has gone back, reading again');
      this.#from = Math.max(1, playhead.resumeSeq);
      this.#waiting.restart(this.#from);
      this.#reading.abort();
    }
    this.#count();
    if (!this.#waiting.isFull) this.#onRoom.resolve();
  }

  #count(): void {
    const { counters } = this.#options;
    counters['waitingChunks'] = this.#waiting.size;
    counters['waitingBytes'] = this.#waiting.bytes;
  }
}
