import t from 'tap';
import { FaultLog } from '../../../workers/ingest/fault-log.ts';

void t.test(
  'report() says the first of a kind at once, then one line per ten seconds with the number',
  (t) => {
    const lines: unknown[] = [];
    let now = 0;
    const faults = new FaultLog({ warn: (fields: unknown) => lines.push(fields) }, { now: () => now });
    faults.report('bomb', { room: 'demo' }, 'text');
    for (now = 1; now < 10_000; now += 100) faults.report('bomb', {}, 'text');
    faults.report('text', {}, 'text');
    now = 10_000;
    faults.report('bomb', {}, 'text');
    t.match(lines, [
      { fault: 'bomb', times: 1, room: 'demo' },
      { fault: 'text', times: 1 },
      { fault: 'bomb', times: 101 },
    ]);
    t.end();
  },
);
