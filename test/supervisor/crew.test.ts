import { EventEmitter, once } from 'node:events';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import t from 'tap';
import type { Test } from 'tap';
import type { ChildReport } from '../../protocol/ipc.ts';
import { reportFolder } from '../../supervisor/child-process.ts';
import type { ChildRecord, Effect } from '../../supervisor/child-record.ts';
import { Crew } from '../../supervisor/crew.ts';
import { isAlive } from '../../supervisor/process-table.ts';
import { childOptions } from '../support/child-host.ts';
import { childOf, keptLog, specOf } from './some-children.ts';

interface Heard {
  what: 'spawned' | 'exit' | 'gone' | ChildReport['kind'];
  id: string;
  generation: number;
  detail: unknown;
}

interface Given {
  optionsFor?: () => never;
  project?: string;
  maxLogBytes?: number;
  logLevel?: 'warn' | 'error';
}

/** A crew of which everything is kept that it tells. */
function openCrew(t: Test, { logLevel = 'error', ...given }: Given = {}) {
  const home = t.testdir();
  const { log, messages } = keptLog(logLevel);
  const heard: Heard[] = [];
  const news = new EventEmitter();
  const hear = ({ id, generation }: ChildRecord, what: Heard['what'], detail: unknown) => {
    heard.push({ what, id, generation, detail });
    news.emit('news');
  };
  const crew = new Crew({
    project: resolve(import.meta.dirname, '../..'),
    home,
    log,
    optionsFor: ({ id }) => childOptions({ id, home }),
    onSpawned: (child, pid) => hear(child, 'spawned', pid),
    onReport: (child, report) => hear(child, report.kind, report),
    onExit: (child, exit) => hear(child, 'exit', exit),
    onGone: (child) => hear(child, 'gone', undefined),
    ...given,
  });
  const signal = AbortSignal.timeout(60_000);
  const next = async (what: Heard['what'], generation = 1): Promise<Heard> => {
    for (;;) {
      const index = heard.findIndex((one) => one.what === what && one.generation === generation);
      if (index >= 0) return heard.splice(index, 1)[0] as Heard;
      await once(news, 'news', { signal });
    }
  };
  t.teardown(() => crew.kill());
  return { crew, home, heard, next, messages };
}

const child = (fixture: string, given: Partial<ChildRecord> = {}) =>
  childOf('tts', { spec: specOf('tts', { entry: `test/supervisor/fixtures/${fixture}.ts` }), ...given });
const kill: Effect = { kind: 'signal', signal: 'SIGKILL' };

void t.test('Crew takes a child through its life as the roster says', async (t) => {
  const { crew, next } = openCrew(t);
  const answers = child('answers');
  crew.perform(answers, { kind: 'spawn' });
  const { detail: pid } = await next('spawned');
  t.match((await next('registered')).detail, { pid });
  t.match(crew.startTimeOf('tts'), /^\d+$/);
  crew.perform(answers, { kind: 'initialise' });
  t.match((await next('initialised')).detail, { address: 'tts' });
  crew.perform(answers, { kind: 'start', duty: { lease: 'tts/1', epoch: 1 } });
  await next('started');
  crew.verify(0);
  crew.perform(answers, { kind: 'drain', deadlineMs: 0, handOver: false });
  t.same((await next('exit')).detail, { reason: 'ended with code 0', exit: 'clean' });
  t.equal(crew.startTimeOf('tts'), '');
  t.notOk(isAlive(Number(pid)));
  await next('gone');
});

void t.test('Crew does nothing to the process of another generation', async (t) => {
  const { crew, next } = openCrew(t);
  crew.perform(child('answers'), { kind: 'spawn' });
  const { detail: first } = await next('spawned');
  await next('registered');
  const second = child('answers', { generation: 2 });
  crew.perform(second, kill);
  crew.send('tts', { kind: 'start', duty: { lease: 'tts/1', epoch: 1 } });
  await next('started');
  t.ok(isAlive(Number(first)), 'the order for another generation did not reach it');
  // The next one is there before the end of the first is told.
  crew.perform(second, { kind: 'spawn' });
  await next('registered', 2);
  process.kill(Number(first), 'SIGKILL');
  t.match((await next('exit')).detail, { exit: 'killed' });
  t.not(crew.startTimeOf('tts'), '', 'the second is still known');
  crew.sendToAll({ kind: 'drain', deadlineMs: 0, handOver: false });
  t.match((await next('exit', 2)).detail, { exit: 'clean' });
});

void t.test('Crew tells the end of what could not be started, and not while it is being asked', async (t) => {
  const nowhere = openCrew(t, { project: '/no/such/folder' });
  nowhere.crew.perform(child('answers'), { kind: 'spawn' });
  t.match((await nowhere.next('exit')).detail, { reason: /^cannot be started: .*ENOENT/, exit: 'failed' });

  const { crew, heard, next, messages } = openCrew(t);
  // No name of a file: there is not even a process to wait for.
  crew.perform(child('no\0name'), { kind: 'spawn' });
  t.same(heard, []);
  t.match((await next('exit')).detail, { reason: /^cannot be started: .*null bytes/, exit: 'failed' });
  t.same(messages, ['cannot start a process']);
});

void t.test('Crew ends a child that cannot be told what it is to do, and goes on', async (t) => {
  const optionsFor = (): never => {
    throw new Error('nobody knows');
  };
  const { crew, next, messages } = openCrew(t, { optionsFor });
  crew.perform(child('answers'), { kind: 'spawn' });
  await next('registered');
  crew.perform(child('answers'), { kind: 'initialise' });
  t.match((await next('exit')).detail, { exit: 'killed' });
  t.same(messages, ['cannot say what it is to do']);
});

void t.test('Crew starts a child without its log where that cannot be had', async (t) => {
  const { crew, home, next, messages } = openCrew(t, { logLevel: 'warn' });
  const log = join(home, 'log', 'tts.ndjson');
  mkdirSync(log, { recursive: true });
  crew.perform(child('answers'), { kind: 'spawn' });
  await next('registered');
  t.ok(messages.includes('started without a log'));
  crew.perform(child('answers'), kill);
  await next('exit');
  rmSync(join(home, 'log'), { recursive: true });
  crew.perform(child('answers', { generation: 2 }), { kind: 'spawn' });
  await next('registered', 2);
  t.match(readFileSync(log, 'utf8'), /started with tts/, 'and makes a folder anew that was removed');
  crew.perform(child('answers', { generation: 2 }), kill);
  await next('exit', 2);
});

void t.test('Crew keeps a bounded number of reports', async (t) => {
  const { crew, home, next } = openCrew(t);
  const names = Array.from({ length: 25 }, (_, index) => `report.${String(index).padStart(2, '0')}.json`);
  for (const name of names) writeFileSync(join(reportFolder(home), name), '{}');
  const stuck = child('blocks-its-loop');
  crew.perform(stuck, { kind: 'spawn' });
  await next('registered');
  process.kill(Number((await next('spawned')).detail), 'SIGSTOP');
  crew.perform(stuck, { kind: 'report' });
  t.same(
    readdirSync(reportFolder(home))
      .filter((name) => names.includes(name))
      .sort(),
    names.slice(5),
  );
  crew.kill();
  t.match((await next('exit')).detail, { exit: 'killed' });
});

void t.test('Crew sets the log of a child aside while it runs, once it is large', async (t) => {
  const { crew, home, next } = openCrew(t, { maxLogBytes: 10_000 });
  const answers = child('answers');
  crew.perform(answers, { kind: 'spawn' });
  await next('registered');
  const file = join(home, 'log', 'tts.ndjson');
  appendFileSync(file, 'x'.repeat(9_000));
  crew.verify(0);
  t.notOk(existsSync(`${file}.1`));
  appendFileSync(file, 'y'.repeat(1_001));
  crew.verify(1_000);
  t.match(readFileSync(`${file}.1`, 'utf8'), /x{9000}y{1001}$/);
  t.equal(statSync(file).size, 0);
  crew.perform(answers, kill);
  await next('exit');
});
