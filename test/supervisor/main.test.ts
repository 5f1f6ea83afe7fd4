import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import t from 'tap';
import type { Test } from 'tap';
import { incidentsFile, readOpenIncidents } from '../../supervisor/incident-file.ts';
import type { IncidentRecord } from '../../supervisor/incidents/incident-record.ts';
import { supervisorArguments } from '../../supervisor/node-arguments.ts';
import { readState, stateFile } from '../../supervisor/state-file.ts';

const project = resolve(import.meta.dirname, '../..');

/** A small supervisor that really runs, and what it says. */
class Running {
  readonly process: ChildProcess;
  readonly ended: Promise<unknown[]>;
  readonly #lines: AsyncIterator<string>;
  readonly #said: string[] = [];

  constructor(t: Test, home: string) {
    const args = [...supervisorArguments, '--home', home, '--only', 'tts'];
    this.process = spawn(process.execPath, args, { cwd: project, stdio: ['ignore', 'pipe', 'inherit'] });
    this.ended = once(this.process, 'exit');
    const input = this.process.stdout as NodeJS.ReadableStream;
    this.#lines = createInterface({ input })[Symbol.asyncIterator]();
    t.teardown(() => this.process.kill('SIGKILL'));
  }

  /** Throws with all that was said when it ends first. */
  async says(wanted: RegExp): Promise<void> {
    for (let next = await this.#lines.next(); next.done !== true; next = await this.#lines.next()) {
      this.#said.push(next.value);
      if (wanted.test(next.value)) return;
    }
    throw new Error(`"${wanted.source}" was never said:\n${this.#said.join('\n')}`);
  }
}

function incidentsOf(home: string): IncidentRecord[] {
  const lines = readFileSync(incidentsFile(home), 'utf8').split('\n').filter(Boolean);
  const records = lines.map((line) => JSON.parse(line) as IncidentRecord);
  return [...new Map(records.map((record) => [record.id, record])).values()];
}

/** Among others, which a slow machine may have. */
const ofProblem = (records: IncidentRecord[], problem: string): IncidentRecord[] =>
  records.filter((record) => record.problem === problem);

void t.test('the end of a killed supervisor is an incident of the next one, which heals it', async (t) => {
  const home = mkdtempSync(join(tmpdir(), 'onair-main-'));
  t.teardown(() => rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }));
  const first = new Running(t, home);
  await first.says(/^on air after/);
  const { pid } = readState(home)?.children.find(({ id }) => id === 'tts') ?? { pid: 0 };
  process.kill(pid, 'SIGKILL');
  await first.says(/^warning: tts crashed/);
  first.process.kill('SIGKILL');
  await first.ended;
  t.match(ofProblem(await readOpenIncidents(home), 'crash'), [{ component: 'tts' }]);
  const lastSeen = new Date(statSync(stateFile(home)).mtimeMs).toISOString();

  const next = new Running(t, home);
  await next.says(/^warning: supervisor had ended without stopping in order/);
  await next.says(/^on air after/);
  await next.says(/^recovered: supervisor had ended .* is well again after/);
  const crashes = ofProblem(incidentsOf(home), 'crash');
  t.match(crashes, [{ component: 'tts', state: 'cut-off', summary: /nobody saw its end/ }]);
  const [end, ...more] = ofProblem(incidentsOf(home), 'unclean-end');
  t.same(more, []);
  t.match(end, { component: 'supervisor', state: 'resolved', peopleAsked: false });
  const told = ['cut-short', 'action', 'on-air', 'resolved'];
  t.same(
    end?.timeline.map(({ what }) => what).filter((what) => told.includes(what)),
    told,
  );
  const detail = end?.timeline[0]?.detail ?? '';
  t.ok(detail.startsWith(`pid ${first.process.pid}, last seen `), detail);
  t.ok(detail.includes(` ${lastSeen}, `), `it was last seen ${lastSeen}`);
  next.process.kill('SIGTERM');
  await next.says(/^stopped$/);
  t.same(await next.ended, [0, null]);

  const last = new Running(t, home);
  await last.says(/^on air after/);
  t.equal(ofProblem(incidentsOf(home), 'unclean-end').length, 1, 'the one before had stopped in order');
  last.process.kill('SIGTERM');
  t.same(await last.ended, [0, null]);
});
