/** Samples per millisecond: the rate at which the audio worker plays, so that nothing is resampled. */
const perMs = 48;
const first = 0x4000;
const second = 0x6000;
const low = 0x0fff;
/** Loud enough that a fade does not make it silence, quieter than a mark. */
const noise = { least: 500, most: 0x3fff };

/** A break in a recording of marked sound. */
export interface Joint {
  /** The last millisecond of the original that was heard in full before it. */
  afterMs: number;
  /** Silence that was put in. */
  gapMs: number;
  /** Of the original: heard twice, or never. */
  repeatedMs: number;
  lostMs: number;
}

/**
 * Noise in which every millisecond says which one it is, so that a recording tells exactly what was heard of it. A faded stretch cannot
 * be read, but still be measured.
 */
export function markedSound(fromMs: number, lengthMs: number): Int16Array {
  const samples = new Int16Array(lengthMs * perMs);
  for (let ms = 0; ms < lengthMs; ms++) {
    const at = ms * perMs;
    const which = fromMs + ms;
    samples[at] = first | (which & low);
    samples[at + 1] = second | (which >> 12);
    for (let n = 2; n < perMs; n++) {
      const value = noise.least + ((which * 7_919 + n * 104_729) % (noise.most - noise.least));
      samples[at + n] = n % 2 === 0 ? value : -value;
    }
  }
  return samples;
}

/** Where a recording departs from the original, in order; the pauses before and after are none. */
export function findJoints(samples: Int16Array): Joint[] {
  const joints: Joint[] = [];
  let before: { at: number; ms: number } | undefined;
  for (let at = 0; at + 1 < samples.length; at++) {
    const ms = readMark(samples[at] ?? 0, samples[at + 1] ?? 0);
    if (ms === undefined) continue;
    if (before && (at !== before.at + perMs || ms !== before.ms + 1))
      joints.push(measure(samples, before, { at, ms }));
    before = { at, ms };
  }
  return joints;
}

function measure(
  samples: Int16Array,
  from: { at: number; ms: number },
  to: { at: number; ms: number },
): Joint {
  let silent = 0;
  for (let at = from.at; at < to.at; at++) if (samples[at] === 0) silent += 1;
  const heardMs = (to.at - from.at - silent) / perMs;
  const surplusMs = heardMs - (to.ms - from.ms);
  return {
    afterMs: from.ms,
    gapMs: silent / perMs,
    repeatedMs: Math.max(0, surplusMs),
    lostMs: Math.max(0, -surplusMs),
  };
}

function readMark(a: number, b: number): number | undefined {
  const isMark = a >= first && a <= (first | low) && b >= second && b <= (second | 0xff);
  return isMark ? (a & low) | ((b & 0xff) << 12) : undefined;
}
