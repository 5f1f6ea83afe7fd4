import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import t from 'tap';
import { followReload } from '../../ops/follow-reload.ts';
import type { ReloadState } from '../../protocol/ipc.ts';
import { readProcess } from '../../supervisor/process-table.ts';
import { stateFile } from '../../supervisor/state-file.ts';

/** As a supervisor that is this process would have it. */
function writeReload(home: string, reload: ReloadState | null): void {
  const { startTime } = readProcess(process.pid) ?? {};
  const file = stateFile(home);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(
    `${file}.new`,
    JSON.stringify({ pid: process.pid, startTime, state: 'on-air', nats: { pid: 0 }, children: [], reload }),
  );
  renameSync(`${file}.new`, file);
}

void t.test(
  'followReload() finds the reload that was asked for, also when the clock was set back',
  async (t) => {
    const home = t.testdir();
    const before: ReloadState = { phase: 'done', edition: 2, reason: '', at: 2_000_000 };
    const later = (phase: ReloadState['phase'], at: number) =>
      writeReload(home, { phase, edition: 3, reason: '', at });
    writeReload(home, before);
    const said: string[] = [];
    const code = followReload(home, before, (line) => {
      said.push(line);
      if (said.length === 1) later('done', 1_001_000);
    });
    later('preparing', 1_000_000);
    t.equal(await code, 0);
    t.same(said, ['successors are starting', 'done']);
  },
);

void t.test('followReload() does not take the end of the reload before for its own', async (t) => {
  const home = t.testdir();
  const before: ReloadState = { phase: 'rolled-back', edition: 1, reason: 'tts died', at: 1_000 };
  writeReload(home, before);
  const said: string[] = [];
  const code = followReload(home, before, (line) => said.push(line));
  setTimeout(() => writeReload(home, { phase: 'refused', edition: 1, reason: 'no YAML', at: 900 }), 300);
  t.equal(await code, 78);
  t.same(said, ['refused, nothing was changed: no YAML']);
});
