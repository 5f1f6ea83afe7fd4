import { z } from 'zod';
import type { GateReason } from './gate/gate-reason.ts';
import type { Heard, VoiceProfile } from './gate/voice-profile.ts';
import { doubt, learn, unknownVoice } from './gate/voice-profile.ts';

/** What is known of one voice of one engine. */
interface Known {
  profile: VoiceProfile;
  /** Its sample rate, once several sounds agreed; 0 before. */
  rateHz: number;
  /** The rate of the last sounds, and how many had it in a row. */
  lastRateHz: number;
  agreeing: number;
}

/** So many sounds make a voice known. */
const enough = 8;
const unknown: Known = { profile: unknownVoice, rateHz: 0, lastRateHz: 0, agreeing: 0 };
const mostVoices = 200;
/** Sounds in a row by which a rate is believed: also another one than before, for somebody may have loaded another model. */
const toBelieve = 3;
const lengthReasons = new Set<GateReason>(['too-short', 'too-long', 'swallowed', 'prefixed']);

/** How each voice speaks, learned from what passed: what the gate measures a sound against. No clock, no input or output. */
export class VoiceKnowledge {
  readonly #voices = new Map<string, Known>();

  /** `expectedRateHz` is missing as long as it is not known. */
  of(name: string): { voice: VoiceProfile; expectedRateHz?: number } {
    const { profile, rateHz } = this.#voices.get(name) ?? unknown;
    return { voice: profile, ...(rateHz === 0 ? {} : { expectedRateHz: rateHz }) };
  }

  /** How many more sounds it takes until the voice is known well. */
  lacks(name: string): number {
    return Math.max(0, enough - (this.#voices.get(name)?.profile.heard.length ?? 0));
  }

  /** Everything that is known, as JSON. */
  write(): string {
    return JSON.stringify({ version: formatVersion, voices: [...this.#voices] });
  }

  /** What was written before, of voices that nothing is known of yet; what is not ours is passed over. */
  read(text: string): void {
    const voices = parse(text);
    for (const [name, known] of voices) if (!this.#voices.has(name)) this.#voices.set(name, known);
  }

  /** After each verdict; `reasons` is empty for what passed. */
  note(name: string, { reasons, heard, sampleRateHz }: Noted): void {
    const before = this.#voices.get(name) ?? unknown;
    const agreeing = sampleRateHz === before.lastRateHz ? before.agreeing + 1 : 1;
    const counts = reasons.length === 0 || (reasons.length === 1 && reasons[0] === 'wrong-rate');
    const isBelieved = counts && agreeing >= toBelieve;
    const rate = counts ? { lastRateHz: sampleRateHz, agreeing } : {};
    const profile =
      reasons.length === 0
        ? learn(before.profile, heard)
        : reasons.every((reason) => lengthReasons.has(reason))
          ? doubt(before.profile, heard)
          : before.profile;
    this.#voices.delete(name);
    this.#voices.set(name, { ...before, ...rate, profile, ...(isBelieved ? { rateHz: sampleRateHz } : {}) });
    const [oldest] = this.#voices.keys();
    if (oldest !== undefined && this.#voices.size > mostVoices) this.#voices.delete(oldest);
  }
}

interface Noted {
  reasons: readonly GateReason[];
  heard: Heard;
  sampleRateHz: number;
}

/** Another gate measures otherwise: what it has learned is of no use to this one. */
const formatVersion = 1;
const finite = z.number();
const heardSchema = z.strictObject({
  syllables: finite,
  latin: finite,
  speechS: finite,
  nuclei: finite,
  pitchHz: finite,
});
const writtenSchema = z.object({
  version: z.literal(formatVersion),
  voices: z
    .array(
      z.tuple([
        z.string(),
        z.strictObject({
          profile: z.strictObject({
            heard: z.array(heardSchema).max(100),
            doubts: z.array(heardSchema).max(100),
            tempo: z.strictObject({ perSyllableS: finite, extraS: finite, spread: finite }),
            nuclei: z.strictObject({ perSyllable: finite, spread: finite }),
            pitch: z.strictObject({ logHz: finite, spread: finite, count: finite }),
            latinShare: finite,
          }),
          rateHz: finite,
          lastRateHz: finite,
          agreeing: finite,
        }),
      ]),
    )
    .max(mostVoices),
});

function parse(text: string): [string, Known][] {
  try {
    return writtenSchema.parse(JSON.parse(text)).voices;
  } catch {
    // Half a file, or of another version: the voices are learned anew.
    return [];
  }
}
