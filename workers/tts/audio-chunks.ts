import { chunkId } from '../../protocol/ids.ts';
import type { AudioChunk, Segment } from '../../protocol/speech.ts';
import { maxChunkBytes } from '../../protocol/speech.ts';
import type { Sound } from './engine.ts';

export interface ChunkOptions {
  /** One attempt to speak the segment; unique, so that chunks of two attempts never mix. */
  rendition: string;
  engine: string;
  /** Why another voice than the usual one spoke. */
  note?: string;
}

/** The sound of a segment in pieces that the bus takes, in order. They are views of the sound's memory. */
export function chunkSound(segment: Segment, sound: Sound, options: ChunkOptions): AudioChunk[] {
  const count = Math.max(1, Math.ceil(sound.pcm.byteLength / maxChunkBytes));
  return Array.from({ length: count }, (_, index) => ({
    ...head(segment, options, index),
    last: index === count - 1,
    sampleRateHz: sound.sampleRateHz,
    pcm: sound.pcm.subarray(index * maxChunkBytes, (index + 1) * maxChunkBytes),
    missingReason: '',
  }));
}

/** The one chunk that says that a segment has no sound, and why. */
export function missingChunk(segment: Segment, missingReason: string, options: ChunkOptions): AudioChunk {
  return {
    ...head(segment, options, 0),
    last: true,
    sampleRateHz: 0,
    pcm: new Uint8Array(0),
    missingReason,
  };
}

function head(segment: Segment, { rendition, engine, note = '' }: ChunkOptions, index: number) {
  // The script is of use to a reply's successor only, and would be repeated in every chunk.
  const bare: Segment = { ...segment, script: [] };
  return {
    id: chunkId(segment.id, rendition, index),
    segment: bare,
    rendition,
    index,
    engine,
    ...(note === '' ? {} : { note }),
  };
}
