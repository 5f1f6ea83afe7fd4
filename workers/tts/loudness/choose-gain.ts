export interface GainQuestion {
  /** Integrated loudness of the sound as it is, in LUFS; -Infinity for silence. */
  lufs: number;
  targetLufs: number;
  durationMs: number;
  /** How loud this voice usually is, in LUFS; undefined before anybody knows. */
  usualLufs: number | undefined;
}

/** Nothing that anybody has said; louder it would only be noise. */
const silentBelowLufs = -60;
const leastDb = -20;
const mostDb = 30;
/** So short, a loudness says little: 嗯 that is breathed is not meant to be as loud as a sentence. */
export const shortMs = 1_500;
/** How much more a short sound may be lifted than the voice usually is, and how much more taken down. */
const shortLiftDb = 3;
const shortDropDb = 6;
/** The same before it is known how loud the voice is. */
const strangerDb = 12;

/** By how many dB a sound is to be made louder (or softer, when negative). */
export function chooseGainDb({ lufs, targetLufs, durationMs, usualLufs }: GainQuestion): number {
  if (lufs < silentBelowLufs) return 0;
  const wanted = clamp(targetLufs - lufs, leastDb, mostDb);
  if (durationMs >= shortMs) return wanted;
  if (usualLufs === undefined) return clamp(wanted, -strangerDb, strangerDb);
  const usual = targetLufs - usualLufs;
  return clamp(clamp(wanted, usual - shortDropDb, usual + shortLiftDb), leastDb, mostDb);
}

const clamp = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value));
