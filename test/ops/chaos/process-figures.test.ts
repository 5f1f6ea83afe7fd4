import t from 'tap';
import { parseProcessFigures, readProcessFigures } from '../../../ops/chaos/process-figures.ts';

const stat = (utime: number, stime: number) =>
  `42 (a (b) c) S 1 42 42 0 -1 4194560 9 0 0 0 ${utime} ${stime} 0 0 20 0 11 0 2155 100 9`;

void t.test(
  'parseProcessFigures() reads memory and processor time, whatever the name of the program is',
  (t) => {
    t.same(parseProcessFigures(stat(150, 50), 'Name:\tx\nVmRSS:\t  204800 kB\n'), {
      rssMb: 200,
      cpuMs: 2_000,
    });
    t.end();
  },
);

void t.test('parseProcessFigures() knows nothing of a zombie, which has no memory', (t) => {
  t.equal(parseProcessFigures(stat(1, 1), 'Name:\tx\nState:\tZ\n'), undefined);
  t.end();
});

void t.test('readProcessFigures() reads those of this process, and none of one that is not there', (t) => {
  const figures = readProcessFigures(process.pid);
  t.ok(figures && figures.rssMb > 10 && figures.cpuMs > 0, JSON.stringify(figures));
  t.equal(readProcessFigures(0), undefined);
  t.equal(readProcessFigures(2 ** 30), undefined);
  t.end();
});
