import t from 'tap';
import { measureRows } from '../../../ops/bench/measure-rows.ts';
import type { BenchOptions } from '../../../ops/bench/report.ts';

const optionsFor = (only: string, said: string[] = []): BenchOptions => ({
  isQuick: true,
  only,
  failingStartMs: 0,
  kills: 0,
  requests: 0,
  dryMs: 0,
  stormMs: 0,
  rooms: 1,
  seed: 1,
  say: (line) => said.push(line),
});
const figure = (what: string) => ({ what, value: 1, unit: 'ms' });
const rows = {
  first: async () => await Promise.resolve({ figures: [figure('first')], notes: ['seen'] }),
  fails: async () => await Promise.reject(new Error('no answer')),
  last: async () => await Promise.resolve({ figures: [figure('last')], notes: [], broken: ['lost'] }),
};

void t.test('measureRows() keeps what other rows have seen when one cannot be measured', async (t) => {
  const said: string[] = [];
  t.match(await measureRows(rows, optionsFor('', said)), {
    figures: [{ what: 'first' }, { what: 'last' }],
    notes: ['seen'],
    broken: [/^fails could not be measured: .*no answer/, 'lost'],
  });
  t.same(said, ['measuring first …', 'measuring fails …', 'measuring last …']);
});

void t.test('measureRows() leaves out what is measured on request, until it is asked for', async (t) => {
  t.match(await measureRows(rows, optionsFor(''), ['fails', 'last']), { figures: [{ what: 'first' }] });
  t.same((await measureRows(rows, optionsFor('last'), ['fails', 'last'])).broken, ['lost']);
});

void t.test('measureRows() ends early with what was seen when somebody says so', async (t) => {
  const stop = new AbortController();
  const ended = {
    ...rows,
    fails: async () => {
      stop.abort();
      return await Promise.resolve({ figures: [], notes: ['in the middle'] });
    },
  };
  const seen = await measureRows(ended, { ...optionsFor(''), signal: stop.signal });
  t.match(seen.figures, [{ what: 'first' }]);
  t.same(seen.notes, ['seen', 'in the middle', 'ended before its time']);
  t.same(seen.broken, []);
});
