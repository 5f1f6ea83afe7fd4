import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { readSidecar, sidecarPath, writeSidecar } from '../../../../workers/audio/outputs/sidecar.ts';

const sidecar = { run: 'r1', startedAt: 1_700_000_000_000, owner: { pid: 7, began: '42' } };

void t.test('readSidecar() gives what writeSidecar() wrote', (t) => {
  const file = join(t.testdir(), 'demo.wav');
  t.equal(readSidecar(file), undefined, 'and nothing before');
  writeSidecar(file, sidecar);
  t.strictSame(readSidecar(file), sidecar);
  t.end();
});

void t.test('readSidecar() takes nothing else for one', (t) => {
  const file = join(t.testdir(), 'demo.wav');
  const { run, startedAt, owner } = sidecar;
  for (const text of [
    '',
    '{',
    'null',
    '7',
    '[]',
    JSON.stringify({ run, startedAt }),
    JSON.stringify({ run, startedAt, owner: null }),
    JSON.stringify({ run, startedAt, owner: { pid: 7 } }),
    JSON.stringify({ run, startedAt, owner: { ...owner, pid: '7' } }),
    JSON.stringify({ run, startedAt, owner: { ...owner, began: 42 } }),
    JSON.stringify({ run: 1, startedAt, owner }),
    JSON.stringify({ run, startedAt: '1', owner }),
  ]) {
    writeFileSync(sidecarPath(file), text);
    t.equal(readSidecar(file), undefined, text);
  }
  t.end();
});
