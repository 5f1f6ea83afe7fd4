import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { Test } from 'tap';
import { readLastRun } from '../../supervisor/last-run.ts';

const now = Date.UTC(2026, 0, 1, 12);

/** A home whose state file says this, and was written then. */
function homeOf(t: Test, state: string, { writtenMs = 3_000 } = {}): string {
  const home = t.testdir({ run: {}, log: {} });
  const file = join(home, 'run', 'supervisor.json');
  writeFileSync(
    file,
    JSON.stringify({ pid: 77, startedAt: 'earlier', state, nats: { pid: 0 }, children: [] }),
  );
  utimesSync(file, (now - writtenMs) / 1_000, (now - writtenMs) / 1_000);
  return home;
}

void t.test('readLastRun() tells of one that did not stop in order, and when it was last seen', async (t) => {
  t.match(await readLastRun(homeOf(t, 'on-air'), [], now), {
    signals: [
      {
        at: now,
        component: 'supervisor',
        kind: 'cut-short',
        detail:
          'pid 77, last seen on-air 2026-01-01T11:59:57.000Z, 3 s before this start; it left no process behind',
        figures: { detectionMs: 3_000, leftovers: 0 },
      },
    ],
    openIncidents: [],
  });
  const { signals } = await readLastRun(homeOf(t, 'starting'), ['tts (pid 5)', 'nats-server (pid 6)'], now);
  t.match(signals, [
    { detail: /last seen starting .*; ended what it had left: tts \(pid 5\), nats-server \(pid 6\)$/ },
  ]);
  const future = await readLastRun(homeOf(t, 'on-air', { writtenMs: -60_000 }), [], now);
  t.match(future.signals, [{ figures: { detectionMs: 0 } }], 'the clock was set back');
});

void t.test('readLastRun() tells of no other', async (t) => {
  t.same((await readLastRun(t.testdir({ run: {}, log: {} }), [], now)).signals, [], 'there was none');
  t.same((await readLastRun(homeOf(t, 'stopped'), [], now)).signals, []);
  t.same((await readLastRun(homeOf(t, 'stopping'), [], now)).signals, [], 'it had been asked to end');
  t.equal((await readLastRun(homeOf(t, 'stopping'), ['tts (pid 5)'], now)).signals.length, 1);
});
