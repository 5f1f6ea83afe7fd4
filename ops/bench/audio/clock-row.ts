import { healthSubject } from '../../../protocol/subjects.ts';
import type { Bus } from '../../../workers/bus.ts';
import { delay } from '../../../workers/delay.ts';
import { openOperatorBus } from '../../operator.ts';
import type { Figure } from '../report.ts';
import { quantile } from '../report.ts';
import { BusyCores } from '../supervisor/busy-cores.ts';
import type { Stage } from '../supervisor/stage.ts';
import { untilCovered, untilWhole } from '../supervisor/stage.ts';
import { readClock } from './clock-reading.ts';
import { GrowthWatch } from './growth-watch.ts';

const lengthMs = { quick: 12_000, full: 300_000 };
const driftGoal = 5;
/** Counters are told every 5 s. */
const toldWithinMs = 6_000;

/** How the recording keeps time while nothing goes wrong, and with every core busy, in one run. */
export async function measureClock(stage: Stage): Promise<Figure[]> {
  const { show, signal, isQuick, say } = stage;
  await untilWhole(stage);
  const { state } = show;
  if (!state) throw new Error('The show has no state');
  await using bus = await openOperatorBus(show.home, state, signal);
  const forMs = lengthMs[isQuick ? 'quick' : 'full'];
  say(`the clock for ${forMs / 1_000} s`);
  const quiet = await watchClock(stage, bus, forMs);
  say(`the clock for ${forMs / 1_000} s with every core busy`);
  let busy: Watched;
  {
    await using _cores = new BusyCores();
    busy = await watchClock(stage, bus, forMs);
  }
  const asIs = figuresOf(stage, quiet, `over ${forMs / 1_000} s`);
  const loaded = figuresOf(stage, busy, `over ${forMs / 1_000} s, every core busy`);
  const ratio = quantile(busy.lateMs, 0.99) / Math.max(0.1, quantile(quiet.lateMs, 0.99));
  return [
    ...asIs,
    ...loaded,
    { what: 'frame late, p99 with every core busy to p99 without', value: ratio, unit: '×' },
    {
      what: `recording behind the wall clock after ${((Date.now() - show.onAirAt) / 60_000).toFixed(1)} min, whatever was done`,
      value: quiet.behindMs,
      unit: 'ms',
    },
  ];
}

interface Watched extends ReturnType<typeof readClock> {
  underruns: number | undefined;
  behindMs: number;
}

function figuresOf(stage: Stage, { drift, lateMs, underruns }: Watched, how: string): Figure[] {
  stage.note(
    `drift ${how}: ${drift.slope.toFixed(2)} ms/h, with 95 % between ${drift.low.toFixed(2)} and ${drift.high.toFixed(2)}`,
  );
  return [
    {
      what: `drift of the recording ${how}`,
      value: Math.abs(drift.slope),
      unit: 'ms/h',
      // In a short time one cannot tell.
      ...(drift.high - drift.low < 2 * driftGoal ? { goal: driftGoal } : {}),
    },
    ...(underruns === undefined ? [] : [{ what: `under-runs ${how}`, value: underruns, unit: '', goal: 0 }]),
    { what: `frame late ${how}, p99 of ${lateMs.length}`, value: quantile(lateMs, 0.99), unit: 'ms' },
    { what: `frame late ${how}, max of ${lateMs.length}`, value: quantile(lateMs, 1), unit: 'ms' },
  ];
}

async function watchClock(stage: Stage, bus: Bus, forMs: number): Promise<Watched> {
  const { show, room, signal } = stage;
  const { pid } = await untilCovered(stage, 'audio');
  const before = await underrunsOf(bus, pid, signal);
  using recording = new GrowthWatch(show.home, room);
  await delay(forMs, signal);
  const behindMs = recording.behindMs(forMs);
  const growth = [...recording.growth];
  const after = await underrunsOf(bus, pid, signal);
  signal.throwIfAborted();
  if (show.childrenOf('audio').every((child) => child.pid !== pid))
    throw new Error('Who plays was replaced while the clock was watched');
  const underruns = before === undefined || after === undefined ? undefined : after - before;
  return { ...readClock(growth), underruns, behindMs };
}

/** As the worker itself counts them; undefined when it does not tell. */
async function underrunsOf(bus: Bus, pid: number, stop: AbortSignal): Promise<number | undefined> {
  const signal = AbortSignal.any([stop, AbortSignal.timeout(toldWithinMs)]);
  for await (const { message } of bus.listen(healthSubject('audio'), signal))
    if (message.type === 'health' && message.body.pid === pid) return message.body.counters['underruns'] ?? 0;
  return undefined;
}
