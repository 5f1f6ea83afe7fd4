import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { msOf, samplesOf } from '../../format.ts';
import { resampledLength } from '../../resample.ts';
import { MonoResampler } from './mono-resampler.ts';
import { openDecoder, tellingBytes } from './open-decoder.ts';
import type { Decoded, SoundDecoder } from './sound-decoder.ts';

/** Some sound of a file: mono at the output rate. */
export interface Piece {
  pcm: Int16Array;
  /** Where in the sound it begins. */
  ms: number;
  /** Decoding from this byte on comes to about the same. 0: only from the beginning. */
  byte: number;
}

export interface DecodeFileOptions {
  /** Where to begin; `entry` is what a piece of an earlier time has told. */
  from?: { ms: number; entry: { byte: number; ms: number } };
}

const readBytes = 16_384;

/**
 * The sound of a file, bit by bit, so that one of an hour takes no more memory than one of a second. Throws when it cannot be decoded, or
 * has no sound in it.
 */
export async function* decodeFile(file: string, { from }: DecodeFileOptions = {}): AsyncGenerator<Piece> {
  await using handle = await open(file, 'r');
  const head = Buffer.alloc(tellingBytes);
  const { bytesRead } = await handle.read(head, 0, tellingBytes, 0);
  const decoder = await openDecoder(head.subarray(0, bytesRead));
  try {
    const begin = from ? await enter(handle, decoder, from.entry) : { byte: 0, ms: 0 };
    yield* soundOf({ handle, decoder, begin, wantedMs: from?.ms ?? 0 });
  } finally {
    decoder.free();
  }
}

/** Goes to a byte in the middle, where the format has such. */
async function enter(
  handle: FileHandle,
  decoder: SoundDecoder,
  { byte, ms }: { byte: number; ms: number },
): Promise<{ byte: number; ms: number }> {
  if (decoder.canJump === 'no' || byte === 0) return { byte: 0, ms: 0 };
  if (decoder.canJump === 'after the beginning') await decoder.decode(await read(handle, 0));
  return { byte: decoder.jumpTo(byte), ms };
}

interface Way {
  handle: FileHandle;
  decoder: SoundDecoder;
  begin: { byte: number; ms: number };
  wantedMs: number;
}

async function* soundOf({ handle, decoder, begin, wantedMs }: Way): AsyncGenerator<Piece> {
  let samples = samplesOf(begin.ms);
  const wanted = samplesOf(wantedMs);
  let resampler: MonoResampler | undefined;
  let isSilent = true;
  for (let byte = begin.byte; ; byte += readBytes) {
    const bytes = await read(handle, byte);
    const isLast = bytes.byteLength < readBytes;
    const pieces = [bytes.byteLength > 0 ? await decoder.decode(bytes) : undefined];
    if (isLast) pieces.push(await decoder.flush());
    const sound: Int16Array[] = [];
    for (const decoded of pieces.filter((each): each is Decoded => each !== undefined)) {
      const length = resampledLength(decoded.channels[0]?.length ?? 0, decoded.rateHz);
      if (!resampler && samples + length < wanted) {
        samples += length;
        isSilent = false;
        continue;
      }
      if (resampler?.rateHz !== decoded.rateHz) {
        if (resampler) sound.push(resampler.flush());
        resampler = new MonoResampler(decoded.rateHz);
      }
      sound.push(resampler.push(decoded));
    }
    if (isLast && resampler) sound.push(resampler.flush());
    for (const pcm of sound) {
      if (pcm.length === 0) continue;
      isSilent = false;
      const skipped = Math.max(0, Math.min(pcm.length, wanted - samples));
      const ms = msOf(samples + skipped);
      const entry = decoder.canJump === 'no' ? 0 : byte;
      if (skipped < pcm.length) yield { pcm: pcm.subarray(skipped), ms, byte: entry };
      samples += pcm.length;
    }
    if (isLast) break;
  }
  if (isSilent && begin.byte === 0) throw new Error('There is no sound in it');
}

/** Fewer bytes than asked for only at the end. */
async function read(handle: FileHandle, at: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(readBytes);
  for (let done = 0; done < readBytes;) {
    const { bytesRead } = await handle.read(bytes, done, readBytes - done, at + done);
    if (bytesRead === 0) return bytes.subarray(0, done);
    done += bytesRead;
  }
  return bytes;
}
