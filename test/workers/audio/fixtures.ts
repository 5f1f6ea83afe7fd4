import { chunkId, segmentId, utteranceId } from '../../../protocol/ids.ts';
import type { AudioChunk, Cause, Playhead, Segment } from '../../../protocol/speech.ts';

/** A segment of the utterance that answers event `name`. */
export function segmentOf(name: string, index: number, given: globalThis.Partial<Segment> = {}): Segment {
  const utterance = utteranceId(name);
  return {
    id: segmentId(utterance, index),
    room: 'demo',
    utteranceId: utterance,
    index,
    last: false,
    text: `${name}/${index}.`,
    priority: 'normal',
    voice: 'v',
    causes: given.priority === 'idle' ? [] : [causeOf(name)],
    createdAt: 0,
    expiresAt: Number.MAX_SAFE_INTEGER,
    script: [],
    idleScript: '',
    ...given,
  };
}

export const causeOf = (eventId: string, given: globalThis.Partial<Cause> = {}): Cause => ({
  eventId,
  kind: 'chat',
  paid: false,
  merged: false,
  ...given,
});

export function chunkOf(segment: Segment, given: globalThis.Partial<AudioChunk> = {}): AudioChunk {
  const { rendition = 'r1', index = 0 } = given;
  return {
    id: chunkId(segment.id, rendition, index),
    segment,
    rendition,
    index,
    last: true,
    sampleRateHz: 24_000,
    pcm: new Uint8Array(960).fill(1),
    missingReason: '',
    engine: 'test',
    ...given,
  };
}

export const playheadOf = (given: globalThis.Partial<Playhead> = {}): Playhead => ({
  room: 'demo',
  at: Date.now(),
  state: 'idle',
  queuedMs: 0,
  utteranceId: '',
  segmentIndex: 0,
  offsetMs: 0,
  resumeSeq: 1,
  ended: [],
  partial: [],
  queued: [],
  output: 'file',
  ...given,
});

/** A tone as 16-bit samples. */
export function tone({
  hz,
  ms,
  rateHz,
  amplitude = 8_000,
}: {
  hz: number;
  ms: number;
  rateHz: number;
  amplitude?: number;
}): Int16Array {
  const samples = new Int16Array(Math.round((ms * rateHz) / 1_000));
  for (let n = 0; n < samples.length; n++)
    samples[n] = Math.round(amplitude * Math.sin((2 * Math.PI * hz * n) / rateHz));
  return samples;
}

/** Strength of one frequency in a stretch of samples, as an amplitude. */
export function strengthOf(hz: number, samples: Int16Array, rateHz: number): number {
  let real = 0;
  let imaginary = 0;
  for (let n = 0; n < samples.length; n++) {
    const angle = (2 * Math.PI * hz * n) / rateHz;
    real += (samples[n] ?? 0) * Math.cos(angle);
    imaginary += (samples[n] ?? 0) * Math.sin(angle);
  }
  return (2 * Math.hypot(real, imaginary)) / Math.max(1, samples.length);
}

/** Numbers from 0 to 1 that are the same for the same seed. */
export function seeded(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
