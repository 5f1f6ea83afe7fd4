import t from 'tap';
import type { LoadDriver } from '../../supervisor/load-drivers.ts';
import { pressure, readDrivers, worstDriver } from '../../supervisor/load-drivers.ts';

/** The drivers of looks that are 5 s apart and differ in one figure. */
function readAll(kind: 'queued' | 'cpuPct' | 'memoryPct', values: number[], replicas = 2): LoadDriver[] {
  const looks = values.map((value, index) => {
    const look = { at: index * 5_000, queued: 0, cpuPct: 0, memoryPct: 0 };
    return { ...look, [kind]: value };
  });
  return readDrivers(looks, replicas, 1);
}

void t.test('readDrivers() takes the mean of the last four looks', (t) => {
  const [queue] = readAll('queued', [99, 1, 2, 3, 4]);
  t.match(queue, { kind: 'queue', mean: 2.5, forecast: 2.5, target: 6, low: false });
  t.match(readAll('queued', []), [
    { mean: 0, low: true },
    { mean: 0, low: true },
    { mean: 0, low: true },
  ]);
  t.end();
});

void t.test('readDrivers() looks 20 s ahead when a trend is sure', (t) => {
  t.match(readAll('cpuPct', [10, 20, 30, 40, 50])[1], { mean: 35, forecast: 35 }, 'five could be chance');
  t.match(readAll('cpuPct', [10, 20, 30, 40, 50, 60])[1], { mean: 45, forecast: 100 });
  t.match(readAll('cpuPct', [50, 10, 60, 20, 70, 30])[1], { mean: 45, forecast: 45 }, 'no trend');
  t.match(readAll('queued', [50, 40, 30, 20, 10, 0])[0], { mean: 15, forecast: 0 }, 'never below nothing');
  t.end();
});

void t.test('readDrivers() says low when one replica less would do', (t) => {
  const low = (drivers: LoadDriver[]) => drivers.map((driver) => driver.low);
  t.same(low(readAll('cpuPct', [27])), [true, true, true]);
  t.same(low(readAll('cpuPct', [29])), [true, false, true]);
  t.same(low(readAll('cpuPct', [55], 1)), [true, true, true], 'there is none less than one');
  t.same(low(readAll('queued', [1])), [false, true, true]);
  t.same(low(readAll('memoryPct', [64])), [true, true, false]);
  t.end();
});

void t.test('worstDriver() is the one furthest beyond its target, or none', (t) => {
  t.equal(worstDriver(readAll('cpuPct', [70])), undefined);
  t.equal(worstDriver(readAll('memoryPct', [81]))?.kind, 'memory');
  const both = [...readAll('queued', [7]), ...readAll('cpuPct', [140])];
  t.equal(worstDriver(both)?.kind, 'cpu');
  t.same(both.map(pressure), [7 / 6, 0, 0, 0, 2, 0]);
  t.end();
});
