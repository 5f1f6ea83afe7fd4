import t from 'tap';
import { seconds } from '../../../supervisor/incidents/seconds.ts';

const table: [ms: number, text: string][] = [
  [-5, '0 s'],
  [0, '0 s'],
  [249, '0.2 s'],
  [3_000, '3 s'],
  [11_600, '12 s'],
  [119_000, '119 s'],
  [240_000, '4 min'],
  [9_000_000, '2.5 h'],
];

void t.test('seconds() says a duration as people do', (t) => {
  for (const [ms, text] of table) t.equal(seconds(ms), text);
  t.end();
});
