import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createUser } from '@nats-io/nkeys';
import t from 'tap';
import type { Test } from 'tap';
import { decodeAs, encode } from '../../protocol/codec.ts';
import type { AudioCommand } from '../../protocol/speech.ts';
import { audioCommandSubject } from '../../protocol/subjects.ts';
import { openConsoleBus, runningState } from '../../ops/operator.ts';
import { startNats } from '../support/nats.ts';

const program = resolve(import.meta.dirname, '../../ops/sound.ts');

/** A home in which a supervisor seems to run, with a real bus and nobody who plays. */
async function openHome(t: Test): Promise<string> {
  const { url } = await startNats(t);
  const home = t.testdir();
  mkdirSync(join(home, 'run'));
  writeFileSync(join(home, 'run', 'console.nk'), createUser().getSeed());
  const state = {
    pid: process.pid,
    startedAt: new Date().toISOString(),
    state: 'on-air',
    nats: { url, pid: 0 },
    children: [],
    services: [{ id: 'audio:demo', role: 'audio' }],
    incidents: [],
  };
  writeFileSync(join(home, 'run', 'supervisor.json'), JSON.stringify(state));
  return home;
}

async function sound(
  home: string,
  ...args: string[]
): Promise<{ code: unknown; stdout: string; stderr: string }> {
  return await new Promise((done) => {
    execFile(
      process.execPath,
      [program, ...args, '--home', home],
      { timeout: 60_000 },
      (error, stdout, stderr) => done({ code: error ? error.code : 0, stdout, stderr }),
    );
  });
}

void t.test('sound says that nobody plays, and carries out a command once', async (t) => {
  const home = await openHome(t);
  t.match(await sound(home, 'skip'), { code: 1, stderr: /^Nobody plays room "demo" now/ });

  const found = runningState(home);
  if (!found.running) throw new Error(found.why);
  await using bus = await openConsoleBus(home, found.state, 20_000);
  const asked: AudioCommand[] = [];
  let answers = true;
  bus.connection.subscribe(audioCommandSubject('demo'), {
    callback: (_error, message) => {
      asked.push(decodeAs('command', message.data));
      if (answers) message.respond(encode('answer', { done: asked.length === 1, text: 'so it is' }));
    },
  });
  await bus.connection.flush();
  t.match(await sound(home, 'pause', '--for', '2s'), { code: 0, stdout: 'demo: so it is\n' });
  t.match(await sound(home, 'volume', '2', '--json'), { code: 1, stdout: /^\{"room":"demo","done":false,/ });
  answers = false;
  t.match(await sound(home, 'skip'), {
    code: 1,
    stderr: /did not answer within 3 s; it may still have been done/,
  });
  t.match(asked, [{ action: 'pause', forMs: 2_000 }, { action: 'volume', volume: 2 }, { action: 'skip' }]);
  t.ok(asked.every(({ by }) => by.length > 0));
});

void t.test('sound says that the bus is away', async (t) => {
  const home = await openHome(t);
  const file = join(home, 'run', 'supervisor.json');
  const found = runningState(home);
  if (!found.running) throw new Error(found.why);
  writeFileSync(file, JSON.stringify({ ...found.state, nats: { url: 'nats://127.0.0.1:1', pid: 0 } }));
  t.match(await sound(home, 'status'), { code: 1, stderr: /^The bus does not answer/ });
});
