import t from 'tap';
import { DiskHealth } from '../../../../workers/tts/cache/disk-health.ts';

void t.test('DiskHealth leaves a disk alone that failed, twice as long each time, up to a minute', (t) => {
  const health = new DiskHealth();
  let now = 1_000_000;
  t.ok(health.isUsable(now));
  for (const pauseMs of [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]) {
    health.failed(now);
    t.ok(health.isFailing);
    t.notOk(health.isUsable(now + pauseMs - 1));
    now += pauseMs;
    t.ok(health.isUsable(now), `${pauseMs}`);
  }
  health.worked();
  t.notOk(health.isFailing);
  health.failed(now);
  t.ok(health.isUsable(now + 1_000), 'what worked begins anew');
  t.end();
});

void t.test('DiskHealth takes failures of the same moment for one', (t) => {
  const health = new DiskHealth();
  for (let each = 0; each < 50; each++) health.failed(5);
  t.ok(health.isUsable(1_005));
  t.end();
});

void t.test('DiskHealth does not wait for a clock that was put back', (t) => {
  const health = new DiskHealth();
  health.failed(10_000_000);
  t.ok(health.isUsable(1_000));
  t.end();
});
