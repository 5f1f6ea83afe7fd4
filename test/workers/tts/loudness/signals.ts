/** Peak amplitude of a sine whose level in dB below full scale is that of its peak, as EBU Tech 3341 counts it. */
const toAmplitude = (dbfs: number): number => 10 ** (dbfs / 20);

export interface Sine {
  dbfs: number;
  seconds: number;
  frequencyHz?: number;
  phase?: number;
}

/** Sines one after the other, as the test signals of EBU Tech 3341 are made. */
export function sines(sampleRateHz: number, ...parts: Sine[]): Float32Array {
  const samples: number[] = [];
  for (const { dbfs, seconds, frequencyHz = 1_000, phase = 0 } of parts) {
    const step = (2 * Math.PI * frequencyHz) / sampleRateHz;
    const count = Math.round(seconds * sampleRateHz);
    // A tone that begins or ends with an edge is louder there than itself.
    const edge = sampleRateHz / 100;
    for (let at = 0; at < count; at++) {
      const fade = Math.min(1, at / edge, (count - at) / edge);
      samples.push(fade * toAmplitude(dbfs) * Math.sin(at * step + phase));
    }
  }
  return Float32Array.from(samples);
}

export interface SpeechLike {
  sampleRateHz: number;
  seconds: number;
  seed: number;
  /** Of the highest sample. */
  peakDbfs: number;
}

/** Something with the ups and downs of speech: pulses of a voice through a formant, breath, syllables, and pauses now and then. */
export function speechLike({ sampleRateHz, seconds, seed, peakDbfs }: SpeechLike): Float32Array {
  const random = seeded(seed);
  const samples = new Float32Array(Math.round(seconds * sampleRateHz));
  const decay = Math.exp((-Math.PI * 120) / sampleRateHz);
  const pitchHz = 110 + random() * 120;
  let [ringing, before] = [0, 0];
  for (let from = 0; from < samples.length;) {
    const length = Math.round((0.1 + random() * 0.2) * sampleRateHz);
    const loudness = random() < 0.2 ? 0 : 0.2 + random();
    const formant = (2 * Math.PI * (400 + random() * 800)) / sampleRateHz;
    const period = Math.round(sampleRateHz / (pitchHz * (0.8 + random() * 0.4)));
    for (let at = 0; at < length && from + at < samples.length; at++) {
      const pulse = at % period === 0 ? 1 : 0;
      const rung = pulse + 2 * decay * Math.cos(formant) * ringing - decay ** 2 * before;
      [before, ringing] = [ringing, rung];
      const shape = Math.sin((Math.PI * at) / length);
      samples[from + at] = loudness * shape * (rung + 0.05 * (random() - 0.5));
    }
    from += length;
  }
  const highest = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  return samples.map((sample) => (sample / highest) * toAmplitude(peakDbfs));
}

/** As whoever speaks gives it: 16 bits, cut off where it is too loud for them. */
export function toPcm(samples: Float32Array): Int16Array {
  return Int16Array.from(samples, (sample) =>
    Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_768))),
  );
}

/** Numbers from 0 to 1, the same for a seed. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function highest(values: Float32Array): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}
