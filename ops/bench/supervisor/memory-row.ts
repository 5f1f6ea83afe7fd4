import { delay } from '../../../workers/delay.ts';
import { readProcessFigures } from '../../chaos/process-figures.ts';
import { giveOrder, isTaken, orderFile } from '../../chaos/sabotage-orders.ts';
import type { Figure } from '../report.ts';
import { quantileFigures } from './quantiles.ts';
import type { Stage } from './stage.ts';
import { isOfService, untilCovered, untilGone, untilWhole, wallNow } from './stage.ts';

/** Of every child in this bench: far above what any of them takes by itself. */
export const hardLimitMb = 600;
const leakMb = 1_600;
const rounds = { quick: 1, full: 3 };
const roles = ['tts', 'reply', 'ingest'] as const;
const lookEveryMs = 2;
const patienceMs = 20_000;

/** How long one that takes memory as fast as it can lives beyond its hard limit. */
export async function measureMemory(stage: Stage): Promise<Figure[]> {
  const { log, signal, scene, isQuick } = stage;
  const replaced: number[] = [];
  let mostMb = 0;
  for (let round = 0; round < (isQuick ? rounds.quick : rounds.full); round++) {
    await untilWhole(stage);
    const victim = await untilCovered(stage, roles[round % roles.length] ?? 'tts');
    stage.harmed(victim.id);
    const began = wallNow();
    const file = orderFile(scene.orders, victim.pid);
    giveOrder(file, { kind: 'leak', mb: leakMb });
    let crossedAt: number | undefined;
    for (;;) {
      const figures = readProcessFigures(victim.pid);
      // Once it is being ended, there is nothing to read, or nothing left.
      if (!figures || signal.aborted || wallNow() - began > patienceMs) break;
      mostMb = Math.max(mostMb, figures.rssMb);
      if (figures.rssMb * 1.048_576 >= hardLimitMb) crossedAt ??= wallNow();
      await delay(lookEveryMs, signal);
    }
    signal.throwIfAborted();
    if (!isTaken(file)) throw new Error(`${victim.id} did not take its order`);
    const works = await log.first(
      Math.floor(began),
      ({ child, on, to }) =>
        child !== victim.id && isOfService(child, victim) && on === 'started' && to === 'running',
      { withinMs: patienceMs, signal },
    );
    await untilGone(stage, victim);
    if (!works) stage.unhealed(`nobody took over from ${victim.id}, which took ${leakMb} MB`);
    else replaced.push(Math.max(0, works.at - (crossedAt ?? wallNow())));
    stage.say(`${victim.id} took memory until it was ended`);
  }
  await untilWhole(stage);
  return [
    ...quantileFigures(`memory beyond ${hardLimitMb} MB → replaced`, 'ms', replaced, { p99: 1_500 }),
    { what: 'memory that it had by then, most', value: mostMb, unit: 'MB' },
  ];
}
