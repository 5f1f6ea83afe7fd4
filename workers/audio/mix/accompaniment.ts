import type { AudioConfig } from '../../../protocol/config.ts';
import type { Priority } from '../../../protocol/speech.ts';
import type { Logger } from '../../logger.ts';
import { DecodingThread } from './decoding-thread.ts';
import { Mixer } from './mixer.ts';
import { blocksAhead, MusicBuffer } from './music-buffer.ts';
import type { ThreadCommand, ThreadReport } from './music-messages.ts';
import { MusicNote, readMusicNote } from './music-note.ts';
import type { MusicPlace } from './music-place.ts';

export interface AccompanimentOptions {
  audio: Pick<AudioConfig, 'music' | 'earcons' | 'loudness'>;
  /** Where the place in the music is noted. */
  file: string;
  notice: (level: 'info' | 'warn', text: string) => void;
  log: Pick<Logger, 'info' | 'warn'>;
  counters: Record<string, number>;
}

const earconPriorities = ['urgent', 'normal'] as const;

/**
 * What is heard besides the voice: background music and earcons, and the mixer of it all. From the beginning it is warm, as a spare's: the
 * thread that decodes has begun, and the earcons are loaded. With `start` the music goes on where the one before was.
 */
export class Accompaniment implements AsyncDisposable {
  readonly #options: AccompanimentOptions;
  readonly #mixer: Mixer;
  readonly #music: MusicBuffer;
  readonly #thread: DecodingThread | undefined;
  #note: MusicNote | undefined;
  #isPlaying = false;
  /** What the thread decodes now. */
  #file: string | undefined;
  #from: MusicPlace | undefined;
  #avoid: string | undefined;

  constructor(options: AccompanimentOptions) {
    const { music, earcons } = options.audio;
    this.#options = options;
    this.#music = new MusicBuffer({ onTaken: () => this.#thread?.tell({ kind: 'more' }) });
    this.#mixer = new Mixer({ audio: options.audio, music: this.#music });
    if (music.folder || earcons.urgent || earcons.normal)
      this.#thread = new DecodingThread({
        instructions: () => this.#instructions(),
        onReport: (report) => this.#take(report),
        onEnd: (reason) => this.#lost(reason),
      });
  }

  get isDucking(): boolean {
    return this.#mixer.isDucking;
  }

  /** From now on there is music, if any is configured. */
  start(): void {
    const { audio, file, log } = this.#options;
    if (this.#isPlaying || !audio.music.folder) return;
    this.#from = readMusicNote(file, Date.now());
    this.#note = new MusicNote(file, log);
    this.#isPlaying = true;
    this.#thread?.tell(this.#play());
  }

  /** A segment begins with the next frame: an earcon tells of the first one of an answer. */
  cue({ priority, index, from }: { priority: Priority; index: number; from: number }): void {
    if (index === 0 && from === 0) this.#mixer.begin(priority);
  }

  /** What leaves for a frame of the voice, which may be changed in place; see `Mixer.mix`. */
  mix(voice: Int16Array, isSpeaking: boolean, volume: number): Int16Array {
    const mixed = this.#mixer.mix(voice, isSpeaking, volume);
    const { place, late } = this.#music;
    if (place) this.#note?.note(place, Date.now());
    if (late > 0) this.#options.counters['musicLate'] = late;
    return mixed;
  }

  /** The next frame is the last one with music in it, and fades it out. */
  end(): void {
    this.#music.end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#thread?.[Symbol.asyncDispose](), this.#note?.[Symbol.asyncDispose]()]);
  }

  #instructions(): ThreadCommand[] {
    const { earcons } = this.#options.audio;
    const loads = earconPriorities.flatMap((priority): ThreadCommand[] => {
      const file = earcons[priority];
      return file ? [{ kind: 'load', priority, file }] : [];
    });
    return this.#isPlaying ? [...loads, this.#play()] : loads;
  }

  #play(): ThreadCommand {
    const { folder, shuffle } = this.#options.audio.music;
    const avoid = this.#avoid;
    this.#avoid = undefined;
    const blocks = Math.max(0, blocksAhead - this.#music.size);
    return { kind: 'play', folder, shuffle, from: this.#from, avoid, blocks };
  }

  #take(report: ThreadReport): void {
    const { notice, log } = this.#options;
    switch (report.kind) {
      case 'block':
        this.#from = report.block.place;
        this.#music.add(report.block);
        return;
      case 'file':
        this.#file = report.name;
        log.info({ file: report.name }, 'music');
        return;
      case 'trouble':
        notice('warn', report.text);
        return;
      case 'earcon':
        this.#mixer.keep(report.priority, report.pcm);
    }
  }

  #lost(reason: string): void {
    this.#avoid = this.#file;
    this.#options.notice('warn', `what decodes the music ended (${reason}), beginning it again`);
  }
}
