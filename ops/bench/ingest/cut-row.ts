import { delay } from '../../../workers/delay.ts';
import type { BenchOptions } from '../report.ts';
import { quantile } from '../report.ts';
import type { Measured } from '../measure-rows.ts';
import type { StagedRoom } from './stage.ts';
import { openIngestStage } from './stage.ts';

const mostMs = 600_000;
const everyMs = 20;
/** A connection that is cut sooner has not held, and is tried more rarely each time. */
const heldMs = 10_500;

/** What is known of one room while its connection is cut again and again. */
interface Watched extends StagedRoom {
  said: number;
  cutAt: number;
  saidAtCut: number;
  again: PromiseWithResolvers<number> | undefined;
}

/** From the moment at which a connection is cut, having held for a while, to the first event that was said after it. */
export async function measureCuts({ isQuick, say, signal: early }: BenchOptions): Promise<Measured> {
  const [rooms, each] = isQuick ? [5, 1] : [10, 5];
  const cuts = rooms * each;
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(mostMs)]);
  await using stage = await openIngestStage({ rooms, seed: 1, sentLimit: 100_000, signal });
  const watched = new Map(
    stage.rooms.map((room): [string, Watched] => [
      room.id,
      { ...room, said: 0, cutAt: 0, saidAtCut: 0, again: undefined },
    ]),
  );
  const tookMs: number[] = [];
  const speaking = Array.from(watched.values(), async (room) => await speak(room, stop.signal));
  const listening = (async () => {
    const live = stage.bus.read('EVENTS', 'event', { filter: 'live.*.event.chat', from: { seq: 1 }, signal });
    for await (const { body } of live) {
      const room = watched.get(body.room);
      if (body.kind !== 'chat' || !room?.again || Number(body.text.slice(1, -1)) <= room.saidAtCut) continue;
      room.again.resolve(Date.now() - room.cutAt);
      room.again = undefined;
    }
  })();
  const cutting = Array.from(watched.values(), async (room) => {
    for (let cut = 0; cut < each && !early?.aborted; cut++) {
      if (!(await delay(heldMs, signal))) return;
      const { promise } = (room.again = Promise.withResolvers<number>());
      room.cutAt = Date.now();
      room.saidAtCut = room.said;
      room.proxy.cut();
      const took = await Promise.race([promise, delay(mostMs, signal)]);
      if (typeof took !== 'number') return;
      tookMs.push(took);
      if (tookMs.length % 10 === 0) say(`  ${tookMs.length} of ${cuts} cuts`);
    }
  });
  try {
    await Promise.all(cutting);
  } finally {
    stop.abort();
    await Promise.all([...speaking, listening]);
  }
  return {
    figures: [
      { what: `cut → first event again, p50 of ${tookMs.length}`, value: quantile(tookMs, 0.5), unit: 'ms' },
      { what: 'cut → first event again, p99', value: quantile(tookMs, 0.99), unit: 'ms' },
    ],
    notes: [],
    broken:
      tookMs.length === cuts || early?.aborted
        ? []
        : [`only ${tookMs.length} of ${cuts} cuts healed within ${mostMs} ms`],
  };
}

/** Only what is said to somebody is an event at once; what is replayed was said before. */
async function speak(watched: Watched, signal: AbortSignal): Promise<void> {
  while (await delay(everyMs, signal)) {
    if (watched.room.connections.at(-1)?.open) watched.room.chat({ text: `第${++watched.said}句` });
  }
}
