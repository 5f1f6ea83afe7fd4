import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Test } from 'tap';
import { openOperatorBus } from '../../../ops/operator.ts';
import { readState } from '../../../supervisor/state-file.ts';
import type { Outcome } from '../../../protocol/speech.ts';
import { isAlive } from '../../../supervisor/process-table.ts';

const project = resolve(import.meta.dirname, '../../..');
const patienceMs = 120_000;

export interface Life {
  /** In the ledger, those from before the restore included. */
  outcomes: Outcome[];
  until(what: string, holds: () => boolean): Promise<void>;
  /** Stops in order and says the exit code. */
  stop(): Promise<number | null>;
}

/** A supervisor in a home that is there already, with the whole ledger as it grows. */
export async function startIn(t: Test, home: string, config: object): Promise<Life> {
  const file = join(home, 'onair.yaml');
  writeFileSync(file, JSON.stringify(config));
  const lines: string[] = [];
  const supervisor = spawn(
    process.execPath,
    [join(project, 'supervisor/main.ts'), '--home', home, '--config', file],
    { cwd: project, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  for (const stream of [supervisor.stdout, supervisor.stderr])
    createInterface(stream).on('line', (line) => lines.push(line));
  const ended = once(supervisor, 'exit').then(([code]: (number | null)[]) => code ?? null);
  const reading = new AbortController();
  t.teardown(async () => {
    reading.abort();
    supervisor.kill('SIGTERM');
    await ended;
  });
  const until = async (what: string, holds: () => boolean) => {
    const deadline = Date.now() + patienceMs;
    while (!holds()) {
      if (supervisor.exitCode !== null || Date.now() > deadline)
        throw new Error(`never came: ${what}\n${lines.join('\n')}`);
      await sleep(20);
    }
  };
  await until('on air', () => {
    const state = readState(home);
    return state?.state === 'on-air' && isAlive(state.pid) && state.pid === supervisor.pid;
  });
  const state = readState(home);
  if (!state) throw new Error('no state');
  const bus = await openOperatorBus(home, state, reading.signal);
  const outcomes: Outcome[] = [];
  const read = async () => {
    const options = { filter: 'live.*.outcome.*', from: { seq: 1 }, signal: reading.signal };
    for await (const { body } of bus.read('OUTCOME', 'outcome', options)) outcomes.push(body);
    await bus.connection.close();
  };
  void read();
  return {
    outcomes,
    until,
    async stop() {
      reading.abort();
      supervisor.kill('SIGTERM');
      return await ended;
    },
  };
}
