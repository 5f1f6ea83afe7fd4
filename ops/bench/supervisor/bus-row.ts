import { openOperatorBus } from '../../operator.ts';
import { delay } from '../../../workers/delay.ts';
import type { Figure } from '../report.ts';
import { Chatter } from './chatter.ts';
import { quantileFigures } from './quantiles.ts';
import type { Stage } from './stage.ts';
import { untilWhole, wallNow } from './stage.ts';

const rounds = { quick: 2, full: 10 };
const patienceMs = 20_000;
/** So that there is somebody to be interrupted. */
const leadMs = 400;

/** How long nothing can be stored when the bus is killed, while people write all the time. */
export async function measureBus(stage: Stage): Promise<Figure[]> {
  const { isQuick } = stage;
  const stored: number[] = [];
  const confirmed: number[] = [];
  for (let round = 0; round < (isQuick ? rounds.quick : rounds.full); round++) {
    await untilWhole(stage);
    await killBus(stage, stored, confirmed);
    stage.say(`killed the bus ${round + 1} times`);
  }
  await untilWhole(stage);
  return [
    ...quantileFigures('kill -9 of nats-server → first event stored', 'ms', stored, { p99: 250 }),
    ...quantileFigures(
      'kill -9 of nats-server → first later frame confirmed to the room',
      'ms',
      confirmed,
      {},
    ),
  ];
}

async function killBus(stage: Stage, stored: number[], confirmed: number[]): Promise<void> {
  const { show, room, signal } = stage;
  const pid = show.state?.nats.pid ?? 0;
  if (pid === 0) throw new Error('There is no bus to kill');
  await using _chatter = new Chatter(stage);
  await delay(leadMs, signal);
  signal.throwIfAborted();
  const simulator = show.simulator(room);
  const before = (await simulator.state()).sent;
  stage.harmed('nats-server');
  const at = wallNow();
  process.kill(pid, 'SIGKILL');
  const isConfirmed = async () =>
    (await simulator.sent(before)).some((message) => message.acked && message.at >= at);
  if (await show.until(isConfirmed, { withinMs: patienceMs, signal })) confirmed.push(wallNow() - at);
  signal.throwIfAborted();
  await show.until(() => ![0, pid].includes(show.state?.nats.pid ?? 0), { withinMs: patienceMs, signal });
  const storedAt = await firstStored(stage, at);
  if (storedAt === undefined)
    stage.unhealed(`nothing was stored within ${patienceMs / 1_000} s of the end of the bus`);
  else stored.push(storedAt - at);
}

/** By the clock of the bus, which is this machine's. */
async function firstStored({ show, signal }: Stage, at: number): Promise<number | undefined> {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]);
  const { state } = show;
  if (!state) return undefined;
  await using bus = await openOperatorBus(show.home, state, deadline);
  const reading = bus.read('EVENTS', 'event', {
    filter: 'live.*.event.*',
    // The server may think it earlier than we do by a fraction.
    from: { timeMs: Math.floor(at) },
    signal: deadline,
  });
  for await (const { message } of reading) {
    const storedAt = message.info.timestampNanos / 1e6;
    if (storedAt >= at) return storedAt;
  }
  return undefined;
}
