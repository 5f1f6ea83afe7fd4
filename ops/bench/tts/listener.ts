import type { AudioChunk } from '../../../protocol/speech.ts';
import { Intake } from '../../../workers/audio/intake.ts';
import type { Ending } from '../../../workers/audio/line.ts';
import { Playlist } from '../../../workers/audio/playlist.ts';
import { Renditions } from '../../../workers/audio/renditions.ts';
import type { SegmentSound } from '../../../workers/audio/voice.ts';
import type { Heard } from './judge-aired.ts';
import { ChunkOrder } from './judge-aired.ts';

export interface ListenerOptions {
  room: string;
  slotTimeoutMs: number;
}

const maxUtterances = 512;
const maxBytes = 128_000_000;

/** Plays a room's sound as the worker that does so decides it, but each sound is over as soon as it begins. */
export class Listener {
  /** In the order in which it was heard. */
  readonly heard: Heard[] = [];
  readonly chunks = new ChunkOrder();
  readonly endings = new Map<string, Ending>();
  /** Why there is no sound, by segment. */
  readonly missing = new Map<string, string>();
  /** When all of a sound was there (performance.now()), and who made it, by segment. */
  readonly complete = new Map<string, { at: number; engine: string }>();
  /** Chunks that could not be used, and why. */
  readonly refused: string[] = [];
  /** When something was heard or ended. */
  lastAt = performance.now();
  readonly #playlist: Playlist<SegmentSound>;
  readonly #intake: Intake;
  readonly #waiting = new Map<string, () => void>();

  constructor({ room, slotTimeoutMs }: ListenerOptions) {
    const resume = { resumeSeq: 1, ended: [], partial: [] };
    this.#playlist = new Playlist({ slotTimeoutMs, maxUtterances, maxBytes, resume });
    this.#intake = new Intake({
      room,
      playlist: this.#playlist,
      renditions: new Renditions(),
      keep: () => 'stray',
      onRefused: (reason, { id }) => this.refused.push(`${id}: ${reason}`),
    });
  }

  take(chunk: AudioChunk, seq: number): void {
    const { id } = chunk.segment;
    this.chunks.add(chunk);
    const taken = this.#intake.take(chunk, seq);
    if (taken === 'missing') this.missing.set(id, chunk.missingReason || 'no samples');
    if (taken === 'complete') this.complete.set(id, { at: performance.now(), engine: chunk.engine });
    this.play();
  }

  /** All that can be heard now; to be called often, since patience ends without a chunk too. */
  play(): void {
    const playlist = this.#playlist;
    const now = Date.now();
    for (let cue = playlist.next(now); cue; cue = playlist.next(now)) {
      this.heard.push({ utteranceId: cue.utteranceId, index: cue.index });
      playlist.at(cue.sound.samples);
      playlist.heard();
      this.lastAt = performance.now();
    }
    playlist.tick(now);
    for (const ending of playlist.takeEndings()) {
      const { utteranceId } = ending;
      this.lastAt = performance.now();
      this.endings.set(utteranceId, ending);
      // Its outcomes would be written down now, and it may be forgotten: what comes of it later must not be heard all the same.
      playlist.settled(utteranceId);
      this.#waiting.get(utteranceId)?.();
      this.#waiting.delete(utteranceId);
    }
  }

  /** Throws the signal's reason when that says stop before. */
  async untilEnded(utteranceId: string, signal: AbortSignal): Promise<void> {
    if (this.endings.has(utteranceId)) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const stop = () => reject(signal.reason as Error);
    signal.throwIfAborted();
    signal.addEventListener('abort', stop, { once: true });
    this.#waiting.set(utteranceId, resolve);
    try {
      await promise;
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }
}
