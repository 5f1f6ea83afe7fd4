import type { RejectedRing } from './cache/rejected-ring.ts';
import type { RawSound } from './endpoint.ts';
import { embeddedId } from './engines/embedded.ts';
import type { Loudness } from './loudness/leveller.ts';
import type { AboutSound, Finished, Finisher } from './policies/rendition.ts';
import type { VoicePool } from './voice-pool.ts';
import { VoiceKnowledge } from './voice-knowledge.ts';
import { judgeWaveform } from './waveform-verdict.ts';

export interface SoundFinisherOptions {
  pool: Pick<VoicePool, 'finish'>;
  loudness: Loudness;
  /** Which of an engine's voices answers to a name: segments may name one of another engine. */
  voiceOf?: (engineId: string, voice: string) => string;
  /** Keeps what was refused, for people. */
  rejected?: Pick<RejectedRing, 'keep'>;
  /** Hears of each verdict; no reason: it passed. */
  onVerdict?: (engineId: string, reasons: readonly string[]) => void;
}

/**
 * Judges what engines gave, in the pool, against what is known of the voice, and has it mended and levelled. The embedded voice says what it
 * is given, and nothing comes after it: of its sounds only those are refused in which there is nothing to hear, or absurdly much.
 */
export class SoundFinisher implements Finisher {
  readonly #options: SoundFinisherOptions;
  readonly knowledge = new VoiceKnowledge();

  constructor(options: SoundFinisherOptions) {
    this.#options = options;
  }

  /** How many sounds of an engine's usual voice have to be heard until it is known. */
  lacks(engineId: string): number {
    return this.knowledge.lacks(this.#nameOf(engineId, ''));
  }

  async finish(raw: RawSound, about: AboutSound, signal: AbortSignal): Promise<Finished> {
    const { pool, loudness, onVerdict = () => undefined } = this.#options;
    const { text, voice, speed, engineId } = about;
    const voiceName = this.#nameOf(engineId, voice);
    const isTrusted = engineId === embeddedId;
    const known = this.knowledge.of(voiceName);
    const task = { raw, expected: { text, speed, ...known }, loudness, voiceName, isTrusted };
    const { reasons, heard, sound } = await pool.finish(task, signal);
    this.knowledge.note(voiceName, { reasons, heard, sampleRateHz: raw.sampleRateHz });
    const refused = isTrusted ? plainReasons(sound?.figures, about) : reasons;
    onVerdict(engineId, refused);
    if (sound && refused.length === 0) return { ok: true, sound };
    this.#options.rejected?.keep({ ...raw, engine: engineId, voice, reasons: [...refused], text });
    return { ok: false, reasons: [...refused] };
  }

  #nameOf(engineId: string, voice: string): string {
    return `${engineId} ${this.#options.voiceOf?.(engineId, voice) ?? voice}`;
  }
}

function plainReasons(
  figures: { durationMs: number; peak: number } | undefined,
  about: { text: string; speed: number },
): string[] {
  const reason = figures ? judgeWaveform(figures, about) : 'no sound';
  return reason === '' ? [] : [reason];
}
