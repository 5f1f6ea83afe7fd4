import type { WaveformFigures } from './engine.ts';

/** −50 dBFS. Engines are known to answer "success" with digital silence. */
const silentPeak = 0.0032;
const shortestMsPerCharacter = 50;
const longestMsPerCharacter = 600;
/** Pauses and fade-outs that do not grow with the text. */
const longestExtraMs = 1_500;
/** Nobody says a single sentence for so long; an engine in a loop does. */
const longestMs = 180_000;
/** Letters of an alphabet share a syllable, and digits may be read as one short word each: four count as one. */
const narrowWeight = 0.25;

const narrow = /[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{N}]/u;

/**
 * Why this waveform must not be heard as that text, or '' when it may. It is coarse: it catches engines that failed and said
 * otherwise, not wrong words.
 */
export function judgeWaveform(
  figures: WaveformFigures,
  { text, speed }: { text: string; speed: number },
): string {
  const { durationMs, peak } = figures;
  if (durationMs === 0) return 'no sound';
  if (peak < silentPeak) return 'only silence';
  const { fewest, most } = countSpoken(text);
  if (durationMs > longestMs) return `${durationMs} ms, absurdly long`;
  if (durationMs < (fewest * shortestMsPerCharacter) / speed)
    return `${durationMs} ms, too short for ${Math.ceil(fewest)} characters`;
  if (durationMs > (most * longestMsPerCharacter) / speed + longestExtraMs)
    return `${durationMs} ms, too long for ${most} characters`;
  return '';
}

/** How many syllables' worth of characters there are, at the least and at the most. Signs may be read aloud or not. */
function countSpoken(text: string): { fewest: number; most: number } {
  let fewest = 0;
  let most = 0;
  for (const character of text) {
    if (/\s/u.test(character)) continue;
    most += 1;
    if (narrow.test(character)) fewest += narrowWeight;
    else if (/\p{L}/u.test(character)) fewest += 1;
  }
  return { fewest, most };
}
