import t from 'tap';
import { Controls, untouched } from '../../../workers/audio/controls.ts';
import type { ControlsView } from '../../../workers/audio/controls.ts';

const open = (kept: ControlsView = untouched) => new Controls({ configured: 0.7, kept });

void t.test('a pause ends by itself at its time, and one without a time does not', async (t) => {
  const controls = open();
  t.notOk(controls.isPaused(1_000));
  controls.pause(500, 1_000);
  t.strictSame(controls.view().pausedUntil, 1_500);
  t.ok(controls.isPaused(1_499));
  t.notOk(controls.isPaused(1_500));
  t.equal(controls.view().pausedUntil, 0, 'over is over, also when the clock goes back');
  t.notOk(controls.isPaused(1_200));
  controls.pause(0, 2_000);
  t.ok(controls.isPaused(Number.MAX_SAFE_INTEGER));
  controls.resume();
  t.notOk(controls.isPaused(2_001));
});

void t.test('the volume is as configured until somebody sets another; nothing is muted', async (t) => {
  const controls = open();
  t.equal(controls.volume, 0.7);
  t.strictSame(controls.view(), untouched);
  controls.volume = 0;
  t.equal(controls.volume, 0);
  t.match(controls.view(), { volume: 0, muted: true });
  controls.volume = 1.5;
  t.match(controls.view(), { volume: 1.5, muted: false });
});

void t.test('a successor goes on with what was set', async (t) => {
  for (const set of [
    (controls: Controls) => controls.pause(0, 100),
    (controls: Controls) => controls.pause(5_000, 100),
    (controls: Controls) => (controls.volume = 0),
    (controls: Controls) => (controls.volume = 2),
    () => undefined,
  ]) {
    const before = open();
    set(before);
    const after = open(before.view());
    t.strictSame(after.view(), before.view());
    t.equal(after.volume, before.volume);
    for (const now of [100, 5_099, 5_100]) t.equal(after.isPaused(now), before.isPaused(now));
  }
});

void t.test('what cannot have been set is not believed', async (t) => {
  for (const pausedUntil of [-2, Number.NaN, 1.5, Infinity])
    t.notOk(open({ ...untouched, pausedUntil }).isPaused(0), String(pausedUntil));
  for (const volume of [-1, 2.1, Number.NaN, Infinity])
    t.equal(open({ ...untouched, volume }).volume, 0.7, String(volume));
});
