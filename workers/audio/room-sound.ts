import { once } from 'node:events';
import type { AudioConfig } from '../../protocol/config.ts';
import type { PlaybackState, Playhead } from '../../protocol/speech.ts';
import { playheadSubject } from '../../protocol/subjects.ts';
import type { ConnectedChild } from '../child.ts';
import { delay } from '../delay.ts';
import { audioActions } from '../../protocol/speech.ts';
import { audioCommandSubject } from '../../protocol/subjects.ts';
import { CommandDesk } from '../command-desk.ts';
import { carryOut } from './audio-commands.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { RoomFillers } from './fillers/room-fillers.ts';
import { CommandedSound } from './commanded-sound.ts';
import type { ControlsView } from './controls.ts';
import { Controls } from './controls.ts';
import type { ChunkDelivery, Follower } from './follower.ts';
import { Intake } from './intake.ts';
import type { Ending } from './line.ts';
import type { Accompaniment } from './mix/accompaniment.ts';
import { Playback } from './playback.ts';
import { Player } from './player.ts';
import type { Outputs, Place } from './player.ts';
import type { Resume } from './line.ts';
import { Playlist } from './playlist.ts';
import type { PositionFile } from './position.ts';
import { Renditions } from './renditions.ts';
import { Settler } from './settler.ts';
import type { SegmentSound } from './voice.ts';

export interface RoomSoundOptions {
  room: string;
  audio: AudioConfig;
  child: ConnectedChild;
  resume: Resume;
  /** What people have set by command. */
  controls: ControlsView;
  checkpoint: Checkpoint;
  positions: PositionFile;
  outputs: Outputs & AsyncDisposable;
  fillers: RoomFillers;
  accompaniment: Accompaniment;
}

const maxUtterances = 512;
const maxBytes = 128_000_000;
/** What of the time to finish is left for outcomes, the playhead and the sinks. */
const closingMs = 500;
/** Listeners wait for the successor meanwhile: a bus that is away must not keep it waiting. */
const handOverMs = 40;

/** A successor knows a playhead that is so much older than the one that is kept, at most. */
const forgetMs = 2_000;

/** Something is on its way to the listeners. */
const soundingStates = new Set<PlaybackState>(['speaking', 'yielding', 'filling']);

/** Everything between the chunks of a room and its outputs. */
export class RoomSound {
  readonly #options: RoomSoundOptions;
  readonly #stop = new AbortController();
  /** Means that no frame and no outcome is to be put out any more. */
  readonly #signal: AbortSignal;
  readonly #playlist: Playlist<SegmentSound>;
  readonly #renditions = new Renditions();
  readonly #intake: Intake;
  readonly #player: Player;
  readonly #settler: Settler;
  readonly #commands: CommandDesk<'command'>;

  constructor(options: RoomSoundOptions) {
    const { room, audio, child, resume, checkpoint, positions, outputs, fillers, accompaniment } = options;
    const controls = new Controls({ configured: audio.volume, kept: options.controls });
    const playback = new Playback({ log: child.log, counters: child.counters });
    const { log } = child;
    checkpoint.onWritten = ({ at }) => positions.forget(at - forgetMs);
    this.#options = options;
    this.#signal = AbortSignal.any([this.#stop.signal, child.signal]);
    this.#playlist = new Playlist<SegmentSound>({
      slotTimeoutMs: audio.slotTimeoutMs,
      maxUtterances,
      maxBytes,
      resume,
    });
    this.#intake = new Intake({
      room,
      playlist: this.#playlist,
      renditions: this.#renditions,
      keep: (chunk) => fillers.take(chunk),
      onRefused: (reason, { id }) => log.warn({ chunk: id, reason }, 'refused a chunk'),
    });
    this.#player = new Player({
      room,
      controls,
      playback,
      playlist: this.#playlist,
      outputs,
      counters: child.counters,
      onEnding: (ending) => this.#settler.add(ending),
      onPlayhead: (playhead, worthKeeping) => this.#tell(playhead, worthKeeping),
      onPlace: (place) => this.#note(place),
      onProgress: () => child.progress(),
      mayPlay: () => child.duty.isCertain,
      onHeard: (cue) => fillers.heard(cue),
      // What was cut off goes on as soon as it is read.
      fill: (silentMs) => (this.#playlist.catchingUp ? undefined : fillers.fill(silentMs)),
      audibleAt: fillers.audibleAt,
      onCue: (cue) => accompaniment.cue(cue),
      // A room that is stopped has no music either.
      mix: (frame, isSpeaking, volume) => accompaniment.mix(frame, isSpeaking, fillers.isWanted ? volume : 0),
      isDucking: () => accompaniment.isDucking,
    });
    const sound = new CommandedSound({ player: this.#player, controls, playback, outputs });
    this.#commands = new CommandDesk({
      subject: audioCommandSubject(room),
      type: 'command',
      actions: audioActions,
      connection: child.bus.connection,
      duty: child.duty,
      carryOut: (command) => carryOut(command, sound),
      counters: child.counters,
      log,
      signal: this.#signal,
    });
    this.#settler = new Settler({
      room,
      bus: child.bus,
      signal: this.#signal,
      onSettled: (ending) => this.#settled(ending),
    });
  }

  /** Plays what the follower hands on until the child has drained, and leaves nothing unsaid about what was heard. */
  async run(follower: Follower): Promise<void> {
    const { child, checkpoint, resume, fillers, accompaniment } = this.#options;
    // Something urgent among what waits is to be heard before what lies ahead of it in the stream.
    this.#playlist.catchingUp = !follower.isCaughtUp;
    follower.handOn(resume, (chunk) => this.#take(chunk));
    const work = Promise.all([
      this.#player.run(this.#signal),
      this.#caughtUp(follower),
      this.#commands.run(),
    ]);
    child.started();
    try {
      await Promise.race([work, this.#drained()]);
      if (child.handOver) return await this.#handOver();
      accompaniment.end();
      this.#player.cut();
      await Promise.all([this.#settler.settled(), fillers.written()]);
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
    if (child.handOver) return;
    const waiting = new AbortController();
    const signal = AbortSignal.any([waiting.signal, child.signal]);
    const timeMs = Math.max(0, child.drainUntil - closingMs - Date.now());
    await Promise.race([this.#player.drain(), delay(timeMs, signal)]);
    waiting.abort();
  }

  /**
   * Stops in the middle of what is being said and says exactly where, for a successor to go on. What has ended and is not written down
   * yet is written down by that one, who finds it in the playhead.
   */
  async #handOver(): Promise<void> {
    const { child, checkpoint, positions, outputs, fillers, accompaniment } = this.#options;
    this.#stop.abort();
    accompaniment.end();
    this.#player.halt();
    const closed = outputs[Symbol.asyncDispose]();
    const waiting = new AbortController();
    const written = Promise.all([positions.written(), checkpoint.written(), fillers.written()]);
    await Promise.race([written, delay(handOverMs, AbortSignal.any([waiting.signal, child.signal]))]);
    waiting.abort();
    checkpoint.stop();
    fillers.close();
    child.yielded();
    await closed;
  }

  async #caughtUp(follower: Follower): Promise<void> {
    const how = await follower.caughtUp;
    this.#playlist.catchingUp = false;
    this.#options.child.log.info({ how }, 'chunks that waited');
  }

  #take({ body, seq, message }: ChunkDelivery): void {
    const { child, fillers } = this.#options;
    const { counters, poison, treated } = child;
    const isPoison = poison.has(message);
    using _ = isPoison ? undefined : treated.hold(message);
    const chunk = isPoison ? { ...body, pcm: new Uint8Array(), missingReason: 'poison' } : body;
    const name = `chunks.${this.#intake.take(chunk, seq)}`;
    counters[name] = (counters[name] ?? 0) + 1;
    fillers.arrived(body.segment.utteranceId);
  }

  #settled({ utteranceId, what, reason, text }: Ending): void {
    const { counters, log } = this.#options.child;
    this.#renditions.forgetUtterance(utteranceId);
    this.#playlist.settled(utteranceId);
    this.#player.changed();
    counters[what] = (counters[what] ?? 0) + 1;
    log.info({ utterance: utteranceId, what, reason, text }, 'utterance ended');
  }

  #note(place: Place): void {
    const { child, positions } = this.#options;
    positions.note({ ...place, epoch: child.duty.current.epoch, at: Date.now() });
  }

  #tell(playhead: Playhead, worthKeeping: boolean): void {
    const { room, child, checkpoint } = this.#options;
    child.inFlight = soundingStates.has(playhead.state) ? 1 : 0;
    child.counters['queuedMs'] = playhead.queuedMs;
    child.counters['queued'] = playhead.queued.length;
    // What was no chunk at all.
    child.counters['chunks.foreign'] = child.bus.refused;
    child.bus.tell(playheadSubject(room), 'playhead', playhead);
    if (worthKeeping) checkpoint.write(playhead);
  }
}
