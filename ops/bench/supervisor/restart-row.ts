import { killSupervisor } from '../../chaos/faults/host-faults.ts';
import { watchWound } from '../../chaos/watch-wound.ts';
import type { Figure } from '../report.ts';
import { quantileFigures } from './quantiles.ts';
import type { Stage } from './stage.ts';
import { untilWhole } from './stage.ts';

const rounds = { quick: 1, full: 5 };
const patienceMs = 30_000;

/** What outlives a supervisor that is killed, and how soon the next one is on air. What is lost over it shows in the ledger. */
export async function measureRestart(stage: Stage): Promise<Figure[]> {
  const { scene, show, signal, isQuick, broke, unhealed } = stage;
  const onAir: number[] = [];
  const gone: number[] = [];
  const orphans: string[] = [];
  for (let round = 0; round < (isQuick ? rounds.quick : rounds.full); round++) {
    await untilWhole(stage);
    stage.harmed('supervisor');
    const wound = await killSupervisor({ ...scene, choice: 0 });
    if (!wound) throw new Error('There is no supervisor to kill');
    const { recoveryMs } = await watchWound(wound, { show, signal, withinMs: patienceMs });
    signal.throwIfAborted();
    orphans.push(...(wound.orphans ?? []));
    if (recoveryMs === null) unhealed(`not on air ${patienceMs / 1_000} s after the supervisor was killed`);
    onAir.push(...present(wound.figures?.['onAirMs']));
    gone.push(...present(wound.figures?.['allGoneMs']));
    stage.say(`killed the supervisor ${round + 1} times`);
  }
  await untilWhole(stage);
  if (orphans.length > 0) broke(`outlived the supervisor by 1 s: ${orphans.join(', ')}`);
  return [
    { what: 'supervisor kill -9 → processes left after 1 s, sum', value: orphans.length, unit: '', goal: 0 },
    ...quantileFigures('supervisor kill -9 → last process gone', 'ms', gone, { p99: 1_000 }),
    ...quantileFigures('started again → on air', 'ms', onAir, { p99: 2_000 }),
  ];
}

const present = (value: number | undefined): number[] => (value === undefined ? [] : [value]);
