import { delay } from '../../../workers/delay.ts';
import { readProcessFigures } from '../../chaos/process-figures.ts';
import type { RoomItemInput } from '../../sim/douyin-room/scenario/item.ts';
import type { BenchOptions } from '../report.ts';
import { slopeWithBounds } from '../supervisor/slope.ts';
import type { Measured } from '../measure-rows.ts';
import { eventOf, openIngestStage, storedEvents } from './stage.ts';

const perFrame = 10;
const frameEveryMs = 100;
const settleMs = 90_000;
/** A room that waits for so many messages to be acknowledged says nothing more until it has heard of the oldest. */
const mostUnheard = 200;
/** MB per minute, over the second half: in the first minute the heap grows to its working size. */
const mostSlope = 30;

/** As a lively room has them; each is an event of its own. */
const items: RoomItemInput[] = Array.from({ length: 200 }, (_, index): RoomItemInput => {
  const user = `观众${index % 97}`;
  if (index % 5 === 1) return { kind: 'enter', user };
  if (index % 5 === 2) return { kind: 'like', user, count: 1 + (index % 9) };
  return { kind: 'chat', user, text: `第${index}句，这个多少钱，还有货吗？` };
});

/** Many lively rooms through real sockets, one process, and a real bus; everything that was said must be kept once. */
export async function measureRooms({ isQuick, say, signal }: BenchOptions): Promise<Measured> {
  const [count, seconds] = isQuick ? [20, 10] : [100, 120];
  const run = new AbortController();
  await using stage = await openIngestStage({
    rooms: count,
    seed: 1,
    sentLimit: mostUnheard,
    signal: run.signal,
  });
  const pid = stage.worker.process.pid ?? 0;
  const expected = new Map<string, number>();
  const memory: { x: number; y: number }[] = [];
  const before = readProcessFigures(pid);
  const startedAt = performance.now();
  let next = 0;
  let held = 0;
  const ticks = (seconds * 1_000) / frameEveryMs;
  for (let tick = 0; tick < ticks && !signal?.aborted; tick++) {
    for (const [index, { id, room }] of stage.rooms.entries()) {
      if (room.sent.length === mostUnheard && room.sent[0]?.acked === false) {
        held += perFrame;
        continue;
      }
      const said = room.sayTogether(
        Array.from({ length: perFrame }, () => items[next++ % items.length] as RoomItemInput),
      );
      for (const { msgId } of said) expected.set(eventOf(id, msgId), 0);
      // Not all at once.
      if (index % 10 === 9) await delay(0, run.signal);
    }
    const now = performance.now() - startedAt;
    if (tick % 10 === 9) memory.push({ x: now / 60_000, y: readProcessFigures(pid)?.rssMb ?? 0 });
    if (tick % 100 === 99) say(`  ${Math.round(now / 1_000)} s, ${expected.size} events said`);
    await delay(Math.max(0, startedAt + (tick + 1) * frameEveryMs - performance.now()), run.signal);
  }
  const saidMs = performance.now() - startedAt;
  const isDone = () => stage.rooms.every(({ room }) => room.sent.every(({ acked }) => acked));
  while (!isDone() && performance.now() - startedAt < saidMs + settleMs) await delay(100, run.signal);
  const behindMs = performance.now() - startedAt - saidMs;
  const after = readProcessFigures(pid);
  let unexpected = 0;
  for await (const { id } of storedEvents(stage.bus, run.signal)) {
    const times = expected.get(id);
    if (times === undefined) unexpected += 1;
    else expected.set(id, times + 1);
  }
  const counts = [...expected.values()];
  const missing = counts.filter((times) => times === 0).length;
  const twice = counts.filter((times) => times > 1).length;
  const late = memory.slice(Math.floor(memory.length / 2));
  const { slope, low } = slopeWithBounds(late);
  const cpuMs = (after?.cpuMs ?? 0) - (before?.cpuMs ?? 0);
  return {
    figures: [
      { what: `${count} rooms, events said`, value: expected.size / (saidMs / 1_000), unit: '/s' },
      { what: 'processor of ingest', value: (cpuMs / (saidMs + behindMs)) * 100, unit: '% of a core' },
      {
        what: 'events per second of processor, published',
        value: (expected.size / cpuMs) * 1_000,
        unit: '/s',
      },
      {
        what: 'frames per second of processor',
        value: (expected.size / perFrame / cpuMs) * 1_000,
        unit: '/s',
      },
      { what: 'all acknowledged after the last word', value: behindMs, unit: 'ms' },
      { what: 'memory of ingest at the end', value: after?.rssMb ?? NaN, unit: 'MB' },
      { what: 'its slope in the second half', value: slope, unit: 'MB/min', goal: mostSlope },
    ],
    notes: [
      `${count * perFrame * (1_000 / frameEveryMs)} events a second were to be said; ${held} were held back because the room waited for ${mostUnheard} to be acknowledged`,
    ],
    broken: [
      ...(missing + twice + unexpected > 0
        ? [
            `of ${expected.size} events ${missing} are missing, ${twice} there twice, and ${unexpected} nobody said`,
          ]
        : []),
      ...(!isQuick && !signal?.aborted && low > mostSlope
        ? [`memory grows by ${slope.toFixed(1)} MB a minute`]
        : []),
    ],
  };
}
