import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { LogEntry } from '../../../../ops/bench/supervisor/supervisor-log.ts';
import { SupervisorLog, readEntry, unplannedEnds } from '../../../../ops/bench/supervisor/supervisor-log.ts';

const start = Date.parse('2026-01-01T00:00:00.000Z');

function line(atMs: number, fields: object): string {
  const time = new Date(start + atMs).toISOString();
  return `${JSON.stringify({ level: 30, time, by: 'supervisor', msg: 'child changed', ...fields })}\n`;
}

function change(fields: object): LogEntry {
  const entry = readEntry(line(0, fields).trim());
  if (!entry) throw new Error('not an entry');
  return entry;
}

void t.test('SupervisorLog reads what is written while it is open, whole lines only', async (t) => {
  const home = t.testdir({});
  const log = new SupervisorLog(home);
  t.same(log.since(0), [], 'there is no log yet');
  mkdirSync(join(home, 'log'));
  const file = join(home, 'log', 'supervisor.ndjson');
  const [first, second, third] = [
    line(1, { child: 'tts' }),
    line(2, { child: '音' }),
    line(3, { child: 'reply' }),
  ];
  appendFileSync(file, first + second.slice(0, -8));
  t.same(
    log.since(start).map(({ child }) => child),
    ['tts'],
  );
  const waiting = log.first(start, ({ child }) => child === 'reply', {
    withinMs: 20_000,
    signal: new AbortController().signal,
  });
  appendFileSync(file, second.slice(-8) + third);
  t.match(await waiting, { child: 'reply', at: start + 3 });
  t.same(
    log.since(start + 2).map(({ child }) => child),
    ['音', 'reply'],
  );
});

void t.test('SupervisorLog.first() ends with its signal', async (t) => {
  const over = new AbortController();
  const waiting = new SupervisorLog(t.testdir({})).first(0, () => true, {
    withinMs: 60_000,
    signal: over.signal,
  });
  over.abort();
  t.equal(await waiting, undefined);
});

void t.test('readEntry() passes over what is no entry', (t) => {
  for (const text of ['', '{"level":30,"ti', 'null and void']) t.equal(readEntry(text), undefined);
  t.match(readEntry(line(7, { child: 'tts', soonestMs: 1.5 }).trim()), {
    at: start + 7,
    child: 'tts',
    soonestMs: 1.5,
    to: '',
  });
  t.end();
});

const table = [
  {
    what: 'nothing where all went on',
    entries: [change({ child: 'tts', from: 'initialised', to: 'starting', restarts: 1 })],
    ends: [],
  },
  {
    what: 'a restart beyond those before',
    entries: [change({ child: 'tts', to: 'backoff', restarts: 2, lastReason: 'ended by SIGKILL' })],
    ends: ['tts: ended by SIGKILL'],
  },
  {
    what: 'each of two restarts, also into quarantine',
    entries: [
      change({ child: 'tts', to: 'backoff', restarts: 2, lastReason: 'a' }),
      change({ child: 'tts', to: 'quarantined', restarts: 3, lastReason: 'b' }),
    ],
    ends: ['tts: a', 'tts: b'],
  },
  {
    what: 'no replacement in order, which is no restart',
    entries: [change({ child: 'tts', to: 'backoff', restarts: 1, lastReason: 'replaced in order' })],
    ends: [],
  },
  {
    what: 'the first restart of one that came after another had gone',
    entries: [
      change({ msg: 'child gone', child: 'tts' }),
      change({ child: 'tts', to: 'backoff', restarts: 1, lastReason: 'a' }),
    ],
    ends: ['tts: a'],
  },
];

for (const { what, entries, ends } of table) {
  void t.test(`unplannedEnds() finds ${what}`, (t) => {
    t.same(unplannedEnds(entries, new Map([['tts', 1]])), ends);
    t.end();
  });
}
