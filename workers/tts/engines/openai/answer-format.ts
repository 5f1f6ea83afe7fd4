import { EngineError } from '../../endpoint.ts';
import type { AnswerHead } from '../../http/exchange.ts';
import { PcmReader } from '../../pcm-stream.ts';
import type { SoundReader } from '../../sound-reader.ts';
import { WavReader } from '../../wav-stream.ts';

export interface ExpectedFormat {
  format: 'wav' | 'pcm';
  /** Of pcm, unless the answer tells another. */
  sampleRateHz: number;
}

const lowestRateHz = 8_000;
const highestRateHz = 192_000;

/** Servers give the name they like to what they send, so the content type only counts where it is certain to be right: a rate, and compressed sound. */
export function openAnswerReader(head: AnswerHead, expected: ExpectedFormat): SoundReader {
  const contentType = head.headers['content-type'] ?? '';
  const [kind = '', ...parameters] = contentType.toLowerCase().split(';');
  const isPcm = /^audio\/(x-)?(pcm|l16|raw)$/.test(kind.trim());
  if (expected.format === 'wav' && !isPcm) return new WavReader();
  if (/^audio\/(mpeg|mp3|ogg|opus|aac|flac|webm|mp4)/.test(kind.trim()))
    throw new EngineError('garbage', `the answer is ${kind.trim()}, not what was asked for`);
  const channels = readParameter(parameters, 'channels') ?? 1;
  if (channels !== 1) throw new EngineError('garbage', `the answer has ${channels} channels`);
  const told = readParameter(parameters, 'rate');
  if (told !== undefined && (told < lowestRateHz || told > highestRateHz))
    throw new EngineError('garbage', `the answer has ${told} samples per second`);
  return new PcmReader(told ?? expected.sampleRateHz);
}

/** As in `audio/pcm;rate=22050`. */
function readParameter(parameters: readonly string[], name: string): number | undefined {
  for (const parameter of parameters) {
    const [key = '', value = ''] = parameter.split('=').map((part) => part.trim().replaceAll('"', ''));
    if (key === name && /^\d+$/.test(value)) return Number(value);
  }
  return undefined;
}
