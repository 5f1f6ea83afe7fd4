import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gainOf } from '../mix/decibels.ts';
import type { Recorded } from '../renditions.ts';
import { fillerKey } from './filler-key.ts';
import { decodeSound } from './sound-file.ts';

const folder = join(import.meta.dirname, 'shipped');
/** How loud the files are (ITU-R BS.1770): what tts makes of them when nothing else is configured. */
const madeAtLufs = -16;

/** What they say, in the embedded voice, which is the last resort of every room in any case. The sentences are of `defaultFillers`. */
export const shippedLines = [
  { text: '大家不要着急，慢慢看，慢慢挑。', file: 'no-hurry.wav' },
  { text: '刚进来的朋友，欢迎欢迎。', file: 'welcome.wav' },
  { text: '谢谢大家一直在这里陪着我。', file: 'thanks.wav' },
].map((line) => ({ ...line, key: fillerKey(line.text, 'shipped') }));

/**
 * Sounds that come with the program, for a room that has none of its own yet and nobody who could make any. `targetLufs`: how loud its voice
 * is; louder than they were made they are not, as nothing would be left above their peaks. Throws when a file is gone or damaged.
 */
export async function readShippedSounds(
  targetLufs: number,
): Promise<{ key: string; text: string; recorded: Recorded }[]> {
  const gain = gainOf(Math.min(0, targetLufs - madeAtLufs));
  const read = async ({ key, text, file }: (typeof shippedLines)[number]) => {
    const { pcm, sampleRateHz } = decodeSound(await readFile(join(folder, file)));
    return { key, text, recorded: { pcm: pcm.map((value) => Math.round(value * gain)), sampleRateHz } };
  };
  return await Promise.all(shippedLines.map(read));
}
