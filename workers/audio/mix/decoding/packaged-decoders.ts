import type { CodecFrame, OggPage } from 'codec-parser';
import type { Decoded, SoundDecoder } from './sound-decoder.ts';

/**
 * The decoders of the wasm-audio-decoders family. They are optional packages: mpg123 in it, and codec-parser, which the others use, are
 * copyleft. Each is loaded when the first file needs it.
 */
interface Result {
  channelData: Float32Array[];
  samplesDecoded: number;
  sampleRate: number;
}

interface Streaming {
  decode: (bytes: Uint8Array) => Result | Promise<Result>;
  flush?: () => Result | Promise<Result>;
  free: () => void;
}

export async function openMp3(): Promise<SoundDecoder> {
  const { MPEGDecoder } = await import('mpg123-decoder');
  const decoder = new MPEGDecoder();
  await decoder.ready;
  return new Packaged(decoder, 'at once');
}

export async function openFlac(): Promise<SoundDecoder> {
  const { FLACDecoder } = await import('@wasm-audio-decoders/flac');
  const decoder = new FLACDecoder();
  await decoder.ready;
  return new Packaged(decoder, 'at once');
}

export async function openVorbis(): Promise<SoundDecoder> {
  const { OggVorbisDecoder } = await import('@wasm-audio-decoders/ogg-vorbis');
  const decoder = new OggVorbisDecoder();
  await decoder.ready;
  return new Packaged(decoder, 'no');
}

/** With what is said before the sound (RFC 7845): its channels, and how much of the beginning is to be dropped. */
export async function openOpus(head: { channels: number; preSkip: number }): Promise<SoundDecoder> {
  const [{ OpusDecoder }, { default: CodecParser }] = await Promise.all([
    import('opus-decoder'),
    import('codec-parser'),
  ]);
  const { channels, preSkip } = head;
  if (channels > 2) throw new Error(`Opus with ${channels} channels is not supported`);
  const decoder = new OpusDecoder({ channels, streamCount: 1, coupledStreamCount: channels - 1, preSkip });
  await decoder.ready;
  const parser = new CodecParser('application/ogg', {});
  const framesOf = (pages: Iterator<Parsed>): Result => decoder.decodeFrames(framesIn(pages));
  return new Packaged(
    {
      decode: (bytes) => framesOf(parser.parseChunk(bytes)),
      flush: () => framesOf(parser.flush()),
      free: () => decoder.free(),
    },
    'no',
  );
}

type Parsed = CodecFrame | OggPage;

function framesIn(pages: Iterator<Parsed>): Uint8Array[] {
  const frames: Uint8Array[] = [];
  for (let { done, value } = pages.next(); !done; { done, value } = pages.next())
    if ('codecFrames' in value) for (const { data } of value.codecFrames) frames.push(data);
  return frames;
}

class Packaged implements SoundDecoder {
  readonly canJump: 'no' | 'at once';
  readonly #decoder: Streaming;

  constructor(decoder: Streaming, canJump: 'no' | 'at once') {
    this.#decoder = decoder;
    this.canJump = canJump;
  }

  async decode(bytes: Uint8Array): Promise<Decoded | undefined> {
    return toDecoded(await this.#decoder.decode(bytes));
  }

  async flush(): Promise<Decoded | undefined> {
    const result = await this.#decoder.flush?.();
    return result && toDecoded(result);
  }

  jumpTo(byte: number): number {
    return byte;
  }

  free(): void {
    this.#decoder.free();
  }
}

function toDecoded({ channelData, samplesDecoded, sampleRate }: Result): Decoded | undefined {
  return samplesDecoded > 0 ? { channels: channelData, rateHz: sampleRate } : undefined;
}
