import { EventEmitter, once } from 'node:events';
import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { kill } from 'node:process';
import { setImmediate as turn } from 'node:timers/promises';
import t from 'tap';
import type { Test } from 'tap';
import type { ChildReport } from '../../protocol/ipc.ts';
import type { ChildProcessOptions } from '../../supervisor/child-process.ts';
import { WorkerProcess, fileName, reportFolder } from '../../supervisor/child-process.ts';
import { isAlive, readProcess } from '../../supervisor/process-table.ts';
import { specOf } from './some-children.ts';

type Exit = Parameters<ChildProcessOptions['onExit']>[0];

interface Started {
  process: WorkerProcess;
  home: string;
  exits: Exit[];
  /** `exit` and `gone`, in the order in which they were told. */
  told: string[];
  gone: () => Promise<void>;
  /** The next report of this kind, of those that came or will come. */
  report: (kind: ChildReport['kind']) => Promise<ChildReport>;
  ended: () => Promise<Exit>;
}

/** Starts one of the programs in `fixtures`. */
function start(
  t: Test,
  fixture: string,
  given: { project?: string; reportMs?: number; holdsPlace?: boolean } = {},
): Started {
  const home = t.testdir();
  mkdirSync(reportFolder(home), { recursive: true });
  const heard = new EventEmitter();
  const reports: ChildReport[] = [];
  const exits: Exit[] = [];
  const told: string[] = [];
  const process = new WorkerProcess({
    id: 'tts:a',
    spec: specOf('tts', {
      entry: `test/supervisor/fixtures/${fixture}.ts`,
      reportMs: given.reportMs ?? 300,
      holdsPlace: given.holdsPlace ?? false,
    }),
    project: resolve(import.meta.dirname, '../..'),
    home,
    onReport: (report) => {
      reports.push(report);
      heard.emit('report');
    },
    onExit: (exit) => {
      exits.push(exit);
      told.push('exit');
      heard.emit('exit');
    },
    onGone: () => {
      told.push('gone');
      heard.emit('gone');
    },
    onNoLog: (error) => t.fail(`no log: ${String(error)}`),
    ...(given.project === undefined ? {} : { project: given.project }),
  });
  const signal = AbortSignal.timeout(60_000);
  const ended = async (): Promise<Exit> => {
    if (exits.length === 0) await once(heard, 'exit', { signal });
    return exits[0] as Exit;
  };
  t.teardown(async () => {
    process.signal('SIGKILL');
    await ended();
  });
  return {
    process,
    home,
    exits,
    told,
    ended,
    async gone() {
      if (!told.includes('gone')) await once(heard, 'gone', { signal });
    },
    async report(kind) {
      for (;;) {
        const found = reports.find((report) => report.kind === kind);
        if (found) return found;
        await once(heard, 'report', { signal });
      }
    },
  };
}

void t.test('WorkerProcess speaks with its child, and tells how it ended, once', async (t) => {
  const { process, home, report, ended, exits } = start(t, 'answers');
  t.match(await report('registered'), { pid: process.pid });
  t.ok(isAlive(process.pid, process.startTime));
  t.match(process.startTime, /^\d+$/);
  process.send({ kind: 'drain', deadlineMs: 0, handOver: false });
  t.same(await ended(), { reason: 'ended with code 0', exit: 'clean' });
  t.notOk(isAlive(process.pid, process.startTime));
  t.match(readFileSync(join(home, 'log', 'tts-a.ndjson'), 'utf8'), /started with tts:a/);
  // What comes too late harms nobody.
  process.send({ kind: 'drain', deadlineMs: 0, handOver: false });
  process.signal('SIGTERM');
  process.report();
  process.verify(0);
  process.verify(5_000);
  await turn();
  t.equal(exits.length, 1);
});

void t.test('WorkerProcess ends a child that ignores SIGTERM by SIGKILL', async (t) => {
  const { process, report, ended } = start(t, 'ignores-term');
  await report('registered');
  process.signal('SIGTERM');
  t.match(await report('notice'), { text: 'heard SIGTERM' });
  t.ok(isAlive(process.pid, process.startTime));
  process.signal('SIGKILL');
  t.same(await ended(), { reason: 'ended by SIGKILL', exit: 'killed' });
});

void t.test('WorkerProcess tells the death of a child, and then that it is gone', async (t) => {
  const { process, report, ended, gone, told } = start(t, 'answers');
  await report('registered');
  process.signal('SIGKILL');
  t.same(await ended(), { reason: 'ended by SIGKILL', exit: 'killed' });
  await gone();
  t.notOk(readProcess(process.pid), 'nothing is left of it');
  t.same(told, ['exit', 'gone']);
});

void t.test('WorkerProcess goes on with a child whose tripwire alone is gone', async (t) => {
  const { process, report, ended, exits } = start(t, 'answers');
  await report('registered');
  const [wire = 0] = childrenOf(process.pid);
  t.match(readFileSync(`/proc/${wire}/cmdline`, 'latin1'), /^cat\0/, 'it has a tripwire');
  kill(wire, 'SIGKILL');
  while (isAlive(wire)) await turn();
  for (let turns = 0; turns < 20; turns++) await turn();
  t.same(exits, []);
  process.send({ kind: 'drain', deadlineMs: 0, handOver: false });
  t.same(await ended(), { reason: 'ended with code 0', exit: 'clean' });
});

void t.test('WorkerProcess waits for the end of who holds a place until nothing is left of it', async (t) => {
  const { process, report, ended } = start(t, 'answers', { holdsPlace: true });
  await report('registered');
  t.same(childrenOf(process.pid), [], 'it has no tripwire');
  process.signal('SIGKILL');
  t.same(await ended(), { reason: 'ended by SIGKILL', exit: 'killed' });
  t.notOk(readProcess(process.pid));
});

void t.test('report() gets from a child that finishes nothing what it is doing', async (t) => {
  const { process, home, report, ended } = start(t, 'finishes-nothing', { reportMs: 600_000 });
  await report('registered');
  process.report();
  let text = '';
  while (!isWhole(text)) {
    const [name] = readdirSync(reportFolder(home));
    text = name === undefined ? '' : readFileSync(join(reportFolder(home), name), 'utf8');
    await turn();
  }
  t.match(text, /finishes-nothing\.ts/);
  t.ok(isAlive(process.pid, process.startTime), 'it is ended by whoever asked for it');
  process.signal('SIGKILL');
  t.match(await ended(), { exit: 'killed' });
});

void t.test('WorkerProcess ends a child that blocks its loop, whatever it was asked before', async (t) => {
  const { process, report, ended, exits } = start(t, 'blocks-its-loop');
  await report('registered');
  process.signal('SIGTERM');
  process.report();
  process.send({ kind: 'drain', deadlineMs: 0, handOver: false });
  process.signal('SIGKILL');
  t.match(await ended(), { exit: /killed|failed/ });
  t.equal(exits.length, 1);
});

void t.test('report() ends a child that stands still at once, since it cannot say anything', async (t) => {
  const { process, report, ended } = start(t, 'answers');
  await report('registered');
  process.signal('SIGSTOP');
  while (readProcess(process.pid)?.state !== 'T') await turn();
  process.report();
  t.same(await ended(), { reason: 'ended by SIGKILL', exit: 'killed' });
});

void t.test('WorkerProcess takes what its child had started with it', async (t) => {
  const { report, ended } = start(t, 'leaves-a-grandchild');
  const notice = await report('notice');
  const grandchild = Number('text' in notice ? notice.text : 0);
  t.ok(grandchild > 1);
  t.same(await ended(), { reason: 'ended with code 3', exit: 'failed' });
  while (isAlive(grandchild)) await turn();
  t.notOk(isAlive(grandchild), 'the grandchild is gone too');
});

void t.test('WorkerProcess tells the end of a child that never said a word, or never was', async (t) => {
  const silent = start(t, 'dies-before-its-first-word');
  t.same(await silent.ended(), { reason: 'ended with code 7', exit: 'failed' });
  const never = start(t, 'answers', { project: '/no/such/folder' });
  t.equal(never.process.pid, 0);
  t.match(await never.ended(), { reason: /^cannot be started: .*ENOENT/, exit: 'failed' });
  never.process.signal('SIGKILL');
  never.process.verify(0);
  await turn();
  t.equal(never.exits.length, 1);
});

void t.test('verify() finds an end that nobody reported, after a moment, and tells it once', async (t) => {
  const { process, report, exits, ended } = start(t, 'answers');
  await report('registered');
  process.verify(0);
  process.signal('SIGKILL');
  // Without a turn of the loop, Node has no chance to report it.
  while (isAlive(process.pid, process.startTime));
  process.verify(10_000);
  process.verify(10_900);
  t.same(exits, []);
  process.verify(11_000);
  t.same(await ended(), { reason: 'is gone, and nobody said how', exit: 'failed' });
  while (readProcess(process.pid) !== undefined) await turn();
  await turn();
  t.equal(exits.length, 1);
});

void t.test('fileName() makes a file name of every id', (t) => {
  t.equal(fileName('audio:demo.2'), 'audio-demo.2');
  t.equal(fileName('a/../b'), 'a-..-b');
  t.end();
});

function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && parentOf(pid) === parent);
}

function parentOf(pid: number): number {
  try {
    return Number(/^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]);
  } catch {
    return 0;
  }
}

function isWhole(text: string): boolean {
  try {
    return JSON.parse(text) !== undefined;
  } catch {
    return false;
  }
}
