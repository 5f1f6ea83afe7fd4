import { join } from 'node:path';
import type { AudioChunk, Playhead } from '../../../protocol/speech.ts';
import type { ConnectedChild } from '../../child.ts';
import { delay } from '../../delay.ts';
import { WantedRooms } from '../../wanted-rooms.ts';
import type { Cue } from '../cue.ts';
import type { Taken } from '../intake.ts';
import type { SegmentSound } from '../voice.ts';
import { AiredLog } from './aired-log.ts';
import { airingId, readAiring } from './airing-id.ts';
import { FillerTexts } from './filler-texts.ts';
import { FillerTurn } from './filler-turn.ts';
import { hearPromises } from './hear-promises.ts';
import type { Place } from '../player-options.ts';
import { LastHeard } from './last-heard.ts';
import { Library, libraryFolder } from './library.ts';
import { NextFillers } from './next-fillers.ts';
import { Plays } from './plays.ts';
import { Promises } from './promises.ts';
import { RenderAhead } from './render-ahead.ts';
import { readShippedSounds, shippedLines } from './shipped-sounds.ts';

export interface RoomFillersOptions {
  room: string;
  child: Pick<ConnectedChild, 'options' | 'bus' | 'log' | 'signal' | 'draining' | 'counters' | 'duty'>;
}

/** A spare looks so often at what the active one has kept. */
const lookMs = 30_000;
/** What was said when the one before ended goes on within this. */
const graceMs = 300;
/** Between the end of a sentence and "one moment, please". */
const breathMs = 200;
/** What was heard longer ago than this is in the ledger. */
const unsettledMs = 900_000;

/**
 * What a room is filled with when nothing else is there. As a spare it knows the library and when the room was last heard; from `start`
 * on it fills, has missing sounds made, and keeps idle lines that were heard.
 */
export class RoomFillers implements AsyncDisposable {
  readonly #options: RoomFillersOptions;
  readonly #settings: { afterMs: number; promisedMs: number };
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  readonly #started = new AbortController();
  readonly #lastHeard = new LastHeard();
  readonly #promises = new Promises();
  readonly #plays: Plays;
  readonly #library: Library;
  readonly #next: NextFillers;
  readonly #ahead: RenderAhead;
  readonly #aired: AiredLog;
  /** A room that somebody stopped is silent because they want it so. */
  readonly #wanted: WantedRooms;
  readonly #running: Promise<unknown>[] = [];
  #playing: FillerTurn | undefined;
  #startedAt = Infinity;
  #isClosed = false;
  #lastAt = 0;

  constructor({ room, child }: RoomFillersOptions) {
    const { bus, log, signal, counters, duty, options } = child;
    const { config, home } = options;
    const { fillers } = config.audio;
    this.#options = { room, child };
    this.#settings = fillers;
    this.#signal = AbortSignal.any([signal, this.#stop.signal]);
    const folder = libraryFolder(home, room);
    const mayWrite = () => this.#started.signal.aborted && !this.#isClosed && duty.isCertain;
    this.#plays = new Plays({ file: join(folder, 'plays.json'), log, mayWrite });
    this.#library = new Library({
      folder,
      texts: new FillerTexts(config),
      keepIdleLines: fillers.keepIdleLines,
      maxBytes: fillers.maxDiskMb * 1_000_000,
      log,
      counters,
      mayWrite,
      plays: () => this.#plays.keys,
    });
    this.#next = new NextFillers({
      library: this.#library,
      plays: this.#plays,
      hasLines: fillers.lines.length > 0,
    });
    const leaving = AbortSignal.any([this.#signal, child.draining]);
    this.#ahead = new RenderAhead({
      room,
      voice: config.tts.voice,
      bus,
      library: this.#library,
      log,
      signal: leaving,
    });
    this.#aired = new AiredLog({ room, bus, counters, signal: this.#signal });
    this.#wanted = new WantedRooms({ bus, log, room });
    this.#running.push(this.#follow());
  }

  /** Something of the library is being heard. */
  get isPlaying(): boolean {
    return this.#playing !== undefined;
  }

  /** When the room was last heard, on the clock of `performance.now()`. */
  get audibleAt(): number {
    return performance.now() - this.#lastHeard.silentMs(Date.now());
  }

  /** Nobody has stopped the room. */
  get isWanted(): boolean {
    return this.#wanted.has(this.#options.room);
  }

  /** Where whoever plays now is. */
  hear(playhead: Playhead): void {
    this.#lastHeard.hear(playhead);
  }

  /** From now on this one fills the room. `playhead`: the last of the one before; `noted`: what was heard since, among others. */
  start(playhead: Playhead | undefined, noted: Pick<Place, 'utteranceId'>[]): void {
    const { room, child } = this.#options;
    const { bus, log } = child;
    if (playhead) this.#lastHeard.hear(playhead);
    this.#startedAt = performance.now();
    this.#started.abort();
    const signal = AbortSignal.any([this.#signal, child.draining]);
    const onPromise = ({ utteranceId }: { utteranceId: string }) =>
      this.#promises.add(utteranceId, performance.now());
    this.#running.push(
      this.#takeOver([...noted, ...(playhead ? [playhead] : [])].map(({ utteranceId }) => utteranceId)),
      this.#ahead.run(),
      hearPromises({ room, bus, log, signal, onPromise }),
    );
  }

  /** What to play when nothing was heard for so long; nothing: not yet, or there is nothing. */
  fill(silentMs: number): FillerTurn | undefined {
    const now = performance.now();
    if (this.#isClosed || now - this.#startedAt < graceMs) return undefined;
    const { afterMs, promisedMs } = this.#settings;
    const isPromised = silentMs >= breathMs && this.#promises.isDue(now, promisedMs);
    const promise = isPromised ? this.#next.take('promise') : undefined;
    const isDue = silentMs >= afterMs && this.isWanted;
    const filler = promise ?? (isDue ? this.#next.take('silence') : undefined);
    if (!filler) return undefined;
    if (promise) this.#promises.spoken(now);
    const { counters } = this.#options.child;
    const { key, text, recorded } = filler;
    counters['fillers'] = (counters['fillers'] ?? 0) + 1;
    const airing = airingId(key, this.#at());
    const onEnd = (heard: boolean) => {
      this.#playing = undefined;
      if (heard) this.#aired.add({ utteranceId: airing, text });
    };
    this.#playing = new FillerTurn({ airing, recorded, onEnd });
    return this.#playing;
  }

  /** A chunk of what was asked for to be kept. */
  take(chunk: AudioChunk): Taken {
    const taken = this.#ahead.take(chunk);
    if (taken === 'complete') void this.#next.prepare();
    return taken;
  }

  /** A chunk of an utterance that is to be heard has come. */
  arrived(utteranceId: string): void {
    this.#promises.arrived(utteranceId);
  }

  /** A sentence was heard to its end: one that is meant for nobody in particular is kept. */
  heard({ priority, text, sound }: Cue<SegmentSound>): void {
    if (priority !== 'idle' || text === '' || this.#isClosed) return;
    void this.#keep(text, sound);
  }

  /** Resolves once everything that is to outlive this process is written down, or cannot be. */
  async written(): Promise<void> {
    await Promise.all([this.#aired.settled(), this.#plays.written(), this.#library.written()]);
  }

  /** From now on nothing is played, put out or written: somebody else does it. */
  close(): void {
    this.#isClosed = true;
    this.#stop.abort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    await Promise.all([...this.#running, this.written(), this.#wanted[Symbol.asyncDispose]()]);
  }

  /** As a spare. */
  async #follow(): Promise<void> {
    const signal = AbortSignal.any([this.#signal, this.#started.signal]);
    while (!signal.aborted) {
      await this.#look();
      await delay(lookMs, signal);
    }
  }

  async #look(): Promise<void> {
    await Promise.all([this.#library.load(), this.#plays.load()]);
    await Promise.all([this.#next.prepare(), this.#fallBack()]);
  }

  /** Where nobody wants to hear fillers, none is heard: then there are no lines. */
  async #fallBack(): Promise<void> {
    const { log, options } = this.#options.child;
    const { fillers, loudness } = options.config.audio;
    if (this.#library.entries.length > 0 || fillers.lines.length === 0) return;
    try {
      this.#next.fallBackOn(await readShippedSounds(loudness.targetLufs));
    } catch (error) {
      log.warn({ err: error }, 'the sounds that come with the program cannot be read');
    }
  }

  /** What the one before has kept and played since the last look, and what it was cut off in. */
  async #takeOver(utteranceIds: string[]): Promise<void> {
    const heard = utteranceIds.flatMap((utteranceId) => {
      const airing = readAiring(utteranceId);
      return airing ? [{ ...airing, utteranceId }] : [];
    });
    for (const { key } of heard) this.#plays.add(key);
    await this.#look();
    for (const { key, at, utteranceId } of heard) {
      const text = this.#library.get(key)?.text ?? shippedLines.find((line) => line.key === key)?.text;
      if (text !== undefined && Date.now() - at < unsettledMs) this.#aired.add({ utteranceId, text });
    }
    await this.#library.tidy();
  }

  async #keep(text: string, sound: SegmentSound): Promise<void> {
    const key = await this.#library.add(text, sound);
    if (key !== undefined) this.#plays.add(key);
  }

  /** Unix milliseconds, never the same twice. */
  #at(): number {
    this.#lastAt = Math.max(Date.now(), this.#lastAt + 1);
    return this.#lastAt;
  }
}
