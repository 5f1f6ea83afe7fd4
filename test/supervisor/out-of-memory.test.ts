import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { roles } from '../../protocol/roles.ts';
import { hideFromKernel, offerToKernel, outOfMemoryScore } from '../../supervisor/out-of-memory.ts';

const scoreIn = (folder: string, pid: string) =>
  Number(readFileSync(join(folder, pid, 'oom_score_adj'), 'utf8'));

void t.test('outOfMemoryScore() puts every child before the supervisor, and the sound last of them', (t) => {
  for (const role of roles) t.ok(outOfMemoryScore(role) >= outOfMemoryScore('audio'), role);
  t.ok(outOfMemoryScore('audio') > 0);
  t.ok(outOfMemoryScore('tts') > outOfMemoryScore('audio'));
  t.end();
});

void t.test('offerToKernel() raises a score and never lowers one', (t) => {
  const folder = t.testdir({ 7: { oom_score_adj: '-500\n' }, 8: { oom_score_adj: '900\n' } });
  t.equal(offerToKernel(7, 300, folder), true);
  t.equal(offerToKernel(8, 300, folder), true);
  t.equal(scoreIn(folder, '7'), 300);
  t.equal(scoreIn(folder, '8'), 900);
  t.equal(offerToKernel(9, 300, folder), false, 'no such process');
  t.end();
});

void t.test('hideFromKernel() lowers our own score and never raises it', (t) => {
  const score = (text: string) => ({ self: { oom_score_adj: text } });
  const folder = t.testdir({ usual: score('0\n'), deeper: score('-900\n') });
  t.equal(hideFromKernel(join(folder, 'usual')), true);
  t.equal(scoreIn(join(folder, 'usual'), 'self'), -500);
  t.equal(hideFromKernel(join(folder, 'deeper')), true);
  t.equal(scoreIn(join(folder, 'deeper'), 'self'), -900);
  t.equal(hideFromKernel(join(folder, 'missing')), false);
  t.end();
});

if (process.platform === 'linux')
  void t.test('offerToKernel() makes a real child the likelier victim, without any privilege', async (t) => {
    const child = spawn('sleep', ['1000']);
    t.teardown(() => child.kill('SIGKILL'));
    await once(child, 'spawn');
    t.equal(offerToKernel(child.pid ?? 0, 300), true);
    t.equal(scoreIn('/proc', String(child.pid)), 300);
  });
