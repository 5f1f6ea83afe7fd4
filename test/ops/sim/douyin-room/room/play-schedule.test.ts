import t from 'tap';
import { playSchedule } from '../../../../../ops/sim/douyin-room/room/play-schedule.ts';
import { readItem } from '../../../../../ops/sim/douyin-room/scenario/item.ts';
import type { ScheduledAct } from '../../../../../ops/sim/douyin-room/scenario/schedule.ts';

const act = (atMs: number): ScheduledAct => ({ atMs, do: 'say', item: readItem({ kind: 'banner' }) });

void t.test('playSchedule() performs acts in order, never early, due ones together', async (t) => {
  const startedAt = performance.now();
  const played: number[] = [];
  await playSchedule({
    schedule: [0, 0, 0, 30, 60].map(act).values(),
    signal: new AbortController().signal,
    perform: async (acts) => {
      for (const { atMs } of acts) {
        played.push(atMs);
        // Timers of the runtime may be a millisecond ahead.
        t.ok(performance.now() - startedAt >= atMs - 1);
      }
    },
  });
  t.same(played, [0, 0, 0, 30, 60]);
});

void t.test('playSchedule() stops in the middle of a wait, also a very long one', async (t) => {
  const stop = new AbortController();
  const played: number[] = [];
  const playing = playSchedule({
    schedule: [act(0), act(2 ** 40)].values(),
    signal: stop.signal,
    perform: async (acts) => {
      played.push(...acts.map(({ atMs }) => atMs));
      setImmediate(() => stop.abort());
    },
  });
  await playing;
  t.same(played, [0]);
});

void t.test('playSchedule() catches up in portions', async (t) => {
  const portions: number[] = [];
  await playSchedule({
    schedule: Array.from({ length: 120 }, () => act(0)).values(),
    signal: new AbortController().signal,
    perform: async (acts) => void portions.push(acts.length),
  });
  t.same(portions, [50, 50, 20]);
});

void t.test('playSchedule() rejects when a performance does', async (t) => {
  const schedule = [act(0)].values();
  const perform = async (): Promise<void> => await Promise.reject(new Error('no space left'));
  await t.rejects(playSchedule({ schedule, perform, signal: new AbortController().signal }), /no space left/);
});
