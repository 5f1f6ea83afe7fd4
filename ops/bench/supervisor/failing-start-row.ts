import { delay } from '../../../workers/delay.ts';
import { giveOrder, startOrderFile, withdrawOrder } from '../../chaos/sabotage-orders.ts';
import type { Figure } from '../report.ts';
import { incidentRecords, latest } from './incident-records.ts';
import type { Stage } from './stage.ts';
import { restartsOf, untilWhole, wallNow } from './stage.ts';
import { unplannedEnds } from './supervisor-log.ts';

const patienceMs = 60_000;
const role = 'tts';

/** A worker that fails at every start for a long time: how often it is tried, what people hear of it, and when it is well again. */
export async function measureFailingStart(stage: Stage): Promise<Figure[]> {
  const { show, scene, log, signal, failingStartMs, broke, unhealed } = stage;
  await untilWhole(stage);
  await show.until(() => show.state?.incidents.length === 0, { withinMs: patienceMs, signal });
  const toldBefore = incidentRecords(show.home).length;
  const restarts = restartsOf(stage);
  const file = startOrderFile(scene.orders, role);
  const at = Math.floor(wallNow());
  giveOrder(file, { kind: 'exit', untilMs: at + failingStartMs });
  stage.harmed(role);
  try {
    for (const { pid } of show.childrenOf(role)) if (pid > 0) process.kill(pid, 'SIGKILL');
    const minutes = failingStartMs / 60_000;
    stage.say(`${role} fails at each start for ${(minutes * 60).toFixed(0)} s`);
    await delay(failingStartMs, signal);
  } finally {
    withdrawOrder(file);
  }
  signal.throwIfAborted();
  const endedAt = wallNow();
  const isWell = () => show.state?.services.find(({ id }) => id === role)?.condition === 'well';
  const isHealed = await show.until(isWell, { withinMs: patienceMs, signal });
  signal.throwIfAborted();
  if (!isHealed)
    unhealed(`${role} is not well ${patienceMs / 1_000} s after the cause of its failures was gone`);
  const healedMs = wallNow() - endedAt;
  const ends = unplannedEnds(log.since(at), restarts);
  const isOwn = (end: string) => end.startsWith(`${role}:`) || end.startsWith(`${role}.`);
  const others = ends.filter((end) => !isOwn(end));
  if (others.length > 0) broke(`others ended because ${role} kept failing: ${others.join(', ')}`);
  const told = incidentRecords(show.home).slice(toldBefore);
  const incidents = latest(told).filter(({ component }) => component === role);
  if (incidents.length !== 1)
    stage.note(
      `incidents of ${role}: ${incidents.map(({ id, problem, reopened }) => `${id} ${problem} (came back ${reopened} times)`).join(', ') || 'none'}`,
    );
  const over = `${role} fails at each start for ${failingStartMs / 1_000} s`;
  return [
    { what: `${over} → starts`, value: ends.filter(isOwn).length, unit: '' },
    { what: `${over} → incidents beyond one`, value: Math.abs(incidents.length - 1), unit: '', goal: 0 },
    { what: `${over} → other children restarted`, value: others.length, unit: '', goal: 0 },
    { what: 'end of its cause → well again', value: healedMs / 1_000, unit: 's', goal: 30 },
  ];
}
