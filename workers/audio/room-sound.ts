import { once } from 'node:events';
import type { AudioConfig } from '../../protocol/config.ts';
import type { AudioChunk, Playhead } from '../../protocol/speech.ts';
import { playheadSubject } from '../../protocol/subjects.ts';
import type { Delivery } from '../bus.ts';
import type { ConnectedChild } from '../child.ts';
import { delay } from '../delay.ts';
import { CatchUp } from './catch-up.ts';
import type { Checkpoint } from './checkpoint.ts';
import { Intake } from './intake.ts';
import { findLastChunk } from './last-chunk.ts';
import type { Ending } from './line.ts';
import { Player } from './player.ts';
import type { Outputs } from './player.ts';
import { Playlist } from './playlist.ts';
import { Renditions } from './renditions.ts';
import { Settler } from './settler.ts';
import type { SegmentSound } from './voice.ts';

export interface RoomSoundOptions {
  room: string;
  audio: AudioConfig;
  child: ConnectedChild;
  checkpoint: Checkpoint;
  outputs: Outputs;
}

const maxUtterances = 512;
const maxBytes = 128_000_000;
/** What of the time to finish is left for outcomes, the playhead and the sinks. */
const closingMs = 500;
/** So long, at most, what waits in the stream is read before anything new begins. */
const catchUpMs = 500;

/** Everything between the chunks of a room and its outputs. */
export class RoomSound {
  readonly #options: RoomSoundOptions;
  readonly #stop = new AbortController();
  readonly #renditions = new Renditions();
  readonly #playlist: Playlist<SegmentSound>;
  readonly #player: Player;
  readonly #settler: Settler;
  readonly #catchUp: CatchUp;

  constructor(options: RoomSoundOptions) {
    const { room, audio, child, checkpoint, outputs } = options;
    this.#options = options;
    this.#playlist = new Playlist<SegmentSound>({
      slotTimeoutMs: audio.slotTimeoutMs,
      maxUtterances,
      maxBytes,
      resume: checkpoint.resume,
    });
    this.#player = new Player({
      room,
      volume: audio.volume,
      playlist: this.#playlist,
      outputs,
      counters: child.counters,
      onEnding: (ending) => this.#settler.add(ending),
      onPlayhead: (playhead, worthKeeping) => this.#tell(playhead, worthKeeping),
      onProgress: () => child.progress(),
    });
    this.#settler = new Settler({
      room,
      bus: child.bus,
      signal: child.signal,
      onSettled: (ending) => this.#settled(ending),
    });
    this.#catchUp = new CatchUp({
      findLast: async () => await findLastChunk(child.bus, room, catchUpMs),
      from: checkpoint.resume.resumeSeq,
      timeoutMs: catchUpMs,
      signal: this.signal,
    });
  }

  /** Means that no chunk is needed any more. */
  get signal(): AbortSignal {
    return AbortSignal.any([this.#stop.signal, this.#options.child.signal]);
  }

  /** Plays the chunks until the child has drained, and leaves nothing unsaid about what was heard. */
  async run(chunks: AsyncIterable<Delivery<AudioChunk>>): Promise<void> {
    const { checkpoint } = this.#options;
    this.#playlist.catchingUp = true;
    const work = Promise.all([this.#player.run(this.signal), this.#read(chunks), this.#caughtUp()]);
    try {
      await Promise.race([work, this.#drained()]);
      this.#player.cut();
      await this.#settler.settled();
      this.#player.tell();
      await checkpoint.written();
    } finally {
      this.#stop.abort();
      await work;
    }
  }

  async #drained(): Promise<void> {
    const { child } = this.#options;
    if (!child.draining.aborted) await once(child.draining, 'abort');
    const waiting = new AbortController();
    const signal = AbortSignal.any([waiting.signal, child.signal]);
    const timeMs = Math.max(0, child.drainUntil - closingMs - Date.now());
    await Promise.race([this.#player.drain(), delay(timeMs, signal)]);
    waiting.abort();
  }

  /** Something urgent among what waits is to be heard before what lies ahead of it in the stream. */
  async #caughtUp(): Promise<void> {
    const how = await this.#catchUp.over();
    this.#playlist.catchingUp = false;
    this.#options.child.log.info({ how }, 'chunks that waited');
  }

  async #read(chunks: AsyncIterable<Delivery<AudioChunk>>): Promise<void> {
    const { room, child } = this.#options;
    const { counters, log } = child;
    const intake = new Intake({
      room,
      playlist: this.#playlist,
      renditions: this.#renditions,
      onRefused: (reason, { id }) => log.warn({ chunk: id, reason }, 'refused a chunk'),
    });
    for await (const { body, seq } of chunks) {
      const taken = intake.take(body, seq);
      const name = `chunks.${taken}`;
      counters[name] = (counters[name] ?? 0) + 1;
      this.#catchUp.read(seq);
    }
  }

  #settled({ utteranceId, what, reason, text }: Ending): void {
    const { counters, log } = this.#options.child;
    this.#renditions.forgetUtterance(utteranceId);
    this.#playlist.settled(utteranceId);
    this.#player.changed();
    counters[what] = (counters[what] ?? 0) + 1;
    log.info({ utterance: utteranceId, what, reason, text }, 'utterance ended');
  }

  #tell(playhead: Playhead, worthKeeping: boolean): void {
    const { room, child, checkpoint } = this.#options;
    child.inFlight = playhead.state === 'speaking' ? 1 : 0;
    child.counters['queuedMs'] = playhead.queuedMs;
    child.counters['queued'] = playhead.queued.length;
    child.bus.tell(playheadSubject(room), 'playhead', playhead);
    if (worthKeeping) checkpoint.write(playhead);
  }
}
