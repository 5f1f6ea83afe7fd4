import t from 'tap';
import { UsageLog } from '../../../ops/chaos/usage-log.ts';

const hour = 3_600_000;

void t.test('UsageLog.usages() tells growth after the first quarter and the mean CPU', (t) => {
  const log = new UsageLog();
  for (let minute = 0; minute <= 60; minute++) {
    const rssMb = minute < 15 ? 50 + 10 * minute : 200 + (minute - 15) / 10;
    log.add('tts', 7, { rssMb, cpuMs: minute * 6_000 }, minute * 60_000);
  }
  t.same(log.usages(hour), [
    { name: 'tts', startMb: 50, endMb: 204.5, slopeMbPerHour: 6, cpuPct: 10, samples: 61 },
  ]);
  t.same(log.latest(), [{ name: 'tts', rssMb: 204.5, cpuPct: 10 }]);
  t.end();
});

void t.test('UsageLog.usages() does not mix the figures of a process with its successor’s', (t) => {
  const log = new UsageLog();
  log.add('tts', 7, { rssMb: 500, cpuMs: 90_000 }, 0);
  log.add('tts', 8, { rssMb: 60, cpuMs: 100 }, 10_000);
  t.match(log.usages(20_000), [{ startMb: 60, endMb: 60, cpuPct: 0, samples: 1 }]);
  t.end();
});
