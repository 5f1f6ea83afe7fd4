import t from 'tap';
import { RecentSignals } from '../../../supervisor/incidents/recent-signals.ts';
import type { SignalKind } from '../../../supervisor/incidents/signal.ts';

const signal = (component: string, kind: SignalKind, at = 0, child = '') => {
  return { at, component, child, kind, detail: '' };
};

void t.test('RecentSignals keeps the latest three of each sort, so that a flood washes nothing out', (t) => {
  const recent = new RecentSignals();
  recent.add(signal('bus', 'bus-down'));
  for (let at = 0; at < 5_000; at++) recent.add(signal('tts', 'cpu-high', at));
  t.same(
    recent.all.map(({ kind, at }) => [kind, at]),
    [
      ['bus-down', 0],
      ['cpu-high', 4_997],
      ['cpu-high', 4_998],
      ['cpu-high', 4_999],
    ],
  );
  t.end();
});

void t.test('RecentSignals is bounded over any number of components', (t) => {
  const recent = new RecentSignals();
  for (let room = 0; room < 2_000; room++) recent.add(signal(`audio:${room}`, 'exited'));
  t.equal(recent.all.length, 400);
  t.equal(recent.all.at(-1)?.component, 'audio:1999');
  t.end();
});

void t.test('isPlannedEnd() is true only for a child that was retired and not started since', (t) => {
  const recent = new RecentSignals();
  const exit = signal('tts', 'exited', 9, 'tts-1');
  t.notOk(recent.isPlannedEnd(exit));
  recent.add(signal('tts', 'retired', 1, 'tts-1'));
  t.ok(recent.isPlannedEnd(exit));
  t.notOk(recent.isPlannedEnd({ ...exit, child: 'tts-2' }));
  t.notOk(recent.isPlannedEnd({ ...exit, child: '' }));
  t.notOk(recent.isPlannedEnd({ ...exit, kind: 'heartbeat-missed' }));
  recent.add(signal('tts', 'spawned', 2, 'tts-1'));
  t.notOk(recent.isPlannedEnd(exit));
  t.end();
});
