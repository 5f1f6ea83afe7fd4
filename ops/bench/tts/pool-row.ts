import { pino } from 'pino';
import { VoicePool } from '../../../workers/tts/voice-pool.ts';
import type { BenchOptions, Figure } from '../report.ts';
import { quantile } from '../report.ts';
import type { Measured } from '../measure-rows.ts';
import { machineScaling } from './machine-scaling.ts';
import { shopSentences } from './shop-sentences.ts';

const seed = 31;
const sentences = { quick: 24, full: 320 };
const warmUpRounds = { quick: 1, full: 4 };
const rounds = { quick: 2, full: 5 };
const leastScaling = 1.7;

/** How much more is spoken by two threads than by one, in turns on the same machine. */
export async function measurePool({ isQuick, say }: BenchOptions): Promise<Measured> {
  const size = isQuick ? 'quick' : 'full';
  const texts = shopSentences({ seed, count: sentences[size], tongue: 'zh' });
  const seconds: Record<1 | 2, number[]> = { 1: [], 2: [] };
  await using one = open(1);
  await using two = open(2);
  // Each thread compiles for itself, and anew what it runs often.
  for (let round = 0; round < warmUpRounds[size]; round++)
    for (const pool of [one, two]) await speakAll(pool, texts);
  for (let round = 0; round < rounds[size]; round++) {
    seconds[1].push(await speakAll(one, texts));
    seconds[2].push(await speakAll(two, texts));
    say(`spoke ${texts.length} sentences with one thread and with two, ${round + 1} times`);
  }
  const ratios = seconds[1].map((slow, at) => slow / (seconds[2][at] ?? NaN));
  const scaling = quantile(ratios, 0.5);
  const figures: Figure[] = [
    { what: 'sentences per second, 1 thread', value: texts.length / quantile(seconds[1], 0.5), unit: '/s' },
    { what: 'sentences per second, 2 threads', value: texts.length / quantile(seconds[2], 0.5), unit: '/s' },
    {
      what: `time with 2 threads against 1, median of ${ratios.length} (1.7 × as fast: 0.59)`,
      value: 1 / scaling,
      unit: '×',
      goal: 1 / leastScaling,
    },
  ];
  const notes = [
    `two threads are ${scaling.toFixed(2)} × as fast as one (${ratios.map((ratio) => ratio.toFixed(2)).join(', ')})`,
    `two threads that only count are ${(await machineScaling()).toFixed(2)} × as fast as one on this machine`,
  ];
  return { figures, notes, broken: [] };
}

const open = (threads: number): VoicePool =>
  new VoicePool({ threads: { min: threads, max: threads }, log: pino({ level: 'silent' }) });

/** Seconds. */
async function speakAll(pool: VoicePool, texts: readonly string[]): Promise<number> {
  const signal = new AbortController().signal;
  const begun = performance.now();
  await Promise.all(
    texts.map(
      async (text) => await pool.speak({ text, voice: 'cmn', fallbackVoice: 'cmn', speed: 1 }, signal),
    ),
  );
  return (performance.now() - begun) / 1_000;
}
