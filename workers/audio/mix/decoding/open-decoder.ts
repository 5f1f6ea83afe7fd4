import { openFlac, openMp3, openOpus, openVorbis } from './packaged-decoders.ts';
import type { SoundDecoder } from './sound-decoder.ts';
import { WavDecoder } from './wav-decoder.ts';

/** Names that a person would call sound files, whether or not they can be played. */
export const isSoundFile = (name: string): boolean =>
  !name.startsWith('.') && /\.(wav|wave|mp3|mp2|flac|ogg|oga|opus|m4a|aac|aiff?|wma|ape)$/i.test(name);

/** The bytes that tell what a file is. */
export const tellingBytes = 256;

/** The decoder for a file that begins like this; throws when there is none. */
export async function openDecoder(head: Buffer): Promise<SoundDecoder> {
  const begins = head.toString('latin1');
  if (begins.startsWith('RIFF') || begins.startsWith('RF64')) return new WavDecoder();
  if (begins.startsWith('OggS')) return await openOgg(head, begins);
  if (begins.startsWith('fLaC')) return await openFlac();
  if (begins.startsWith('ID3') || isMpegFrame(head)) return await openMp3();
  throw new Error('It is neither WAV, MP3, FLAC, Ogg Vorbis nor Opus');
}

async function openOgg(head: Buffer, begins: string): Promise<SoundDecoder> {
  const opus = begins.indexOf('OpusHead');
  if (opus !== -1 && opus + 12 <= head.byteLength)
    return await openOpus({ channels: head.readUInt8(opus + 9), preSkip: head.readUInt16LE(opus + 10) });
  if (begins.includes('\u0001vorbis')) return await openVorbis();
  if (begins.includes('\u007FFLAC')) return await openFlac();
  throw new Error('It is an Ogg file, but neither Vorbis, Opus nor FLAC');
}

/** Eleven bits that are set, and no value that is reserved. */
function isMpegFrame(head: Buffer): boolean {
  if (head.byteLength < 4) return false;
  const [first = 0, second = 0, third = 0] = head;
  const isReserved = (second & 0x18) === 0x08 || (second & 0x06) === 0 || (third & 0xf0) === 0xf0;
  return first === 0xff && (second & 0xe0) === 0xe0 && !isReserved;
}
