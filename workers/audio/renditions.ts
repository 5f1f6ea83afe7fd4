import type { AudioChunk } from '../../protocol/speech.ts';
import { maxChunkBytes } from '../../protocol/speech.ts';

/** A complete segment as it was synthesised. */
export interface Recorded {
  pcm: Int16Array;
  sampleRateHz: number;
}

export type Added =
  | { kind: 'waiting' }
  | { kind: 'complete'; recorded: Recorded }
  /** The same chunk once more. */
  | { kind: 'duplicate' }
  /** All chunks are there, and there is no sample in them. */
  | { kind: 'empty' }
  /** Not usable, and why; whatever was collected before stays. */
  | { kind: 'refused'; reason: string };

export interface RenditionLimits {
  /** Longest sound of one segment. */
  maxSegmentMs: number;
  /** Attempts at one segment that are collected side by side. */
  maxRenditions: number;
  /** Bytes of all segments that are not complete yet. */
  maxBytes: number;
}

const defaults: RenditionLimits = { maxSegmentMs: 120_000, maxRenditions: 4, maxBytes: 64_000_000 };

interface Rendition {
  sampleRateHz: number;
  parts: Map<number, Uint8Array>;
  /** Index of the last chunk, once it is known. */
  last: number;
  bytes: number;
}

/**
 * Collects the chunks of segments by rendition: two attempts at one segment never mix, and the first that is complete wins. The
 * caller forgets a segment once it is settled. Bad input is refused with a reason, never thrown.
 */
export class Renditions {
  readonly #limits: RenditionLimits;
  readonly #segments = new Map<string, { utteranceId: string; renditions: Map<string, Rendition> }>();
  #bytes = 0;

  constructor(limits: Partial<RenditionLimits> = {}) {
    this.#limits = { ...defaults, ...limits };
  }

  /** Bytes that wait for the rest of their segment. */
  get bytes(): number {
    return this.#bytes;
  }

  add(chunk: AudioChunk): Added {
    const problem = problemOf(chunk);
    if (problem) return { kind: 'refused', reason: problem };
    const { id, utteranceId } = chunk.segment;
    const renditions = this.#segments.get(id)?.renditions ?? new Map<string, Rendition>();
    const rendition = renditions.get(chunk.rendition) ?? {
      sampleRateHz: chunk.sampleRateHz,
      parts: new Map<number, Uint8Array>(),
      last: -1,
      bytes: 0,
    };
    const conflict = conflictOf(rendition, chunk) || this.#excess(renditions, rendition, chunk);
    if (conflict) return { kind: 'refused', reason: conflict };
    if (rendition.parts.has(chunk.index)) return { kind: 'duplicate' };

    rendition.parts.set(chunk.index, chunk.pcm);
    rendition.bytes += chunk.pcm.byteLength;
    this.#bytes += chunk.pcm.byteLength;
    if (chunk.last) rendition.last = chunk.index;
    renditions.set(chunk.rendition, rendition);
    this.#segments.set(id, { utteranceId, renditions });
    if (rendition.last === -1 || rendition.parts.size <= rendition.last) return { kind: 'waiting' };
    this.forget(id);
    if (rendition.bytes === 0) return { kind: 'empty' };
    return { kind: 'complete', recorded: { pcm: join(rendition), sampleRateHz: rendition.sampleRateHz } };
  }

  /** Drops what was collected of a segment. */
  forget(segmentId: string): void {
    for (const rendition of this.#segments.get(segmentId)?.renditions.values() ?? [])
      this.#bytes -= rendition.bytes;
    this.#segments.delete(segmentId);
  }

  /** The same for all segments of an utterance. */
  forgetUtterance(utteranceId: string): void {
    for (const [id, segment] of this.#segments) if (segment.utteranceId === utteranceId) this.forget(id);
  }

  #excess(renditions: Map<string, Rendition>, rendition: Rendition, chunk: AudioChunk): string {
    const { maxSegmentMs, maxRenditions, maxBytes } = this.#limits;
    const bytes = rendition.bytes + chunk.pcm.byteLength;
    if (bytes > (maxSegmentMs / 1_000) * rendition.sampleRateHz * 2) {
      return `segment is longer than ${maxSegmentMs} ms`;
    }
    if (!renditions.has(chunk.rendition) && renditions.size >= maxRenditions) {
      return `more than ${maxRenditions} renditions`;
    }
    if (this.#bytes + chunk.pcm.byteLength > maxBytes) return 'too much sound is waiting for its rest';
    return '';
  }
}

/** Far more chunks than the longest segment has. */
const maxIndex = 4_095;

function problemOf({ pcm, sampleRateHz, index }: AudioChunk): string {
  if (pcm.byteLength % 2 !== 0) return `odd number of bytes (${pcm.byteLength})`;
  if (pcm.byteLength > maxChunkBytes) return `chunk of ${pcm.byteLength} bytes`;
  if (!(sampleRateHz >= 8_000 && sampleRateHz <= 96_000)) return `sample rate of ${sampleRateHz} Hz`;
  if (index > maxIndex) return `chunk index ${index}`;
  return '';
}

function conflictOf(rendition: Rendition, { sampleRateHz, index, last }: AudioChunk): string {
  if (rendition.sampleRateHz !== sampleRateHz) {
    return `sample rate changed from ${rendition.sampleRateHz} to ${sampleRateHz} Hz`;
  }
  if (rendition.last !== -1 && (index > rendition.last || (last && index !== rendition.last))) {
    return `chunk ${index} after the last (${rendition.last})`;
  }
  if (last && [...rendition.parts.keys()].some((known) => known > index)) {
    return `chunk ${index} says it is the last, but later ones are there`;
  }
  return '';
}

/** Copied, because the bytes of a message need not lie on a sample's boundary. */
function join({ parts, bytes, last }: Rendition): Int16Array {
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (let index = 0; index <= last; index++) {
    const part = parts.get(index);
    if (!part) continue;
    whole.set(part, at);
    at += part.byteLength;
  }
  return new Int16Array(whole.buffer);
}
