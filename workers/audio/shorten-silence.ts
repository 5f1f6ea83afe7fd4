import type { Recorded } from './renditions.ts';

/** −60 dBFS: nobody hears it beside anything else. */
const audible = 33;

/**
 * The sound with no silence longer than `mostMs`: an engine that says a word and then nothing for a minute must not make the room silent,
 * since whoever plays takes a running sentence for something that is heard. Without any, the very same object; without a single audible
 * sample, no samples. Says the same of the same sound in every process, so that places in it stay places.
 */
export function shortenSilence(recorded: Recorded, mostMs: number): Recorded {
  const { pcm, sampleRateHz } = recorded;
  const most = Math.round((mostMs * sampleRateHz) / 1_000);
  const kept: Int16Array[] = [];
  let keptFrom = 0;
  let silentFrom = 0;
  const silenceEnds = (at: number) => {
    if (at - silentFrom <= most) return;
    kept.push(pcm.subarray(keptFrom, silentFrom + most));
    keptFrom = at;
  };
  let isHeard = false;
  for (let at = 0; at < pcm.length; at++) {
    const sample = pcm[at] ?? 0;
    if (sample < audible && sample > -audible) continue;
    isHeard = true;
    silenceEnds(at);
    silentFrom = at + 1;
  }
  if (!isHeard) return { pcm: new Int16Array(0), sampleRateHz };
  silenceEnds(pcm.length);
  if (keptFrom === 0 && kept.length === 0) return recorded;
  return { pcm: joined([...kept, pcm.subarray(keptFrom)]), sampleRateHz };
}

function joined(parts: Int16Array[]): Int16Array {
  const whole = new Int16Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
