import { delay } from '../../../workers/delay.ts';
import { readProcessFigures } from '../../chaos/process-figures.ts';
import type { Figure } from '../report.ts';
import { slopeWithBounds } from './slope.ts';
import type { Stage } from './stage.ts';
import { untilWhole } from './stage.ts';

const sampleEveryMs = 250;
const watchMs = { quick: 4_000, full: 60_000 };
const hourMs = 3_600_000;
/** In which caches fill and code is compiled. */
const warmUpShare = 0.25;

/** What the supervisor itself takes while nothing goes wrong. */
export async function measureFootprint(stage: Stage): Promise<Figure[]> {
  const { show, signal, isQuick } = stage;
  await untilWhole(stage);
  const children = (show.state?.children ?? []).filter(({ pid }) => pid > 0).length;
  const { pid } = show;
  const samples: { atMs: number; rssMb: number; cpuMs: number }[] = [];
  const began = performance.now();
  const lengthMs = isQuick ? watchMs.quick : watchMs.full;
  for (let atMs = 0; atMs < lengthMs; atMs = performance.now() - began) {
    const figures = readProcessFigures(pid);
    if (!figures || signal.aborted) break;
    samples.push({ atMs, ...figures });
    await delay(sampleEveryMs, signal);
  }
  signal.throwIfAborted();
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last || first === last) throw new Error('The supervisor ended while it was watched');
  const settled = samples.filter(({ atMs }) => atMs >= lengthMs * warmUpShare);
  const { slope, low, high } = slopeWithBounds(
    settled.map(({ atMs, rssMb }) => ({ x: atMs / hourMs, y: rssMb })),
  );
  stage.note(
    `memory of the supervisor: ${slope.toFixed(1)} MB/h, with 95 % between ${low.toFixed(1)} and ${high.toFixed(1)}; whether it is below 1 MB/day cannot be seen in ${Math.round(lengthMs / 1_000)} s`,
  );
  const cpuPct = (100 * (last.cpuMs - first.cpuMs)) / (last.atMs - first.atMs);
  const over = `over ${Math.round(lengthMs / 1_000)} s with ${children} children`;
  return [
    {
      what: `supervisor's memory, most ${over}`,
      value: Math.max(...samples.map(({ rssMb }) => rssMb)),
      unit: 'MB',
      goal: 80,
    },
    { what: `supervisor's CPU ${over}`, value: cpuPct, unit: '% of a core', goal: 1 },
    { what: `supervisor's memory slope ${over}`, value: slope, unit: 'MB/h' },
  ];
}
