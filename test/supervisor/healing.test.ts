import { existsSync, mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { Test } from 'tap';
import { Healing, incidentsFile } from '../../supervisor/healing.ts';
import type { IncidentRecord } from '../../supervisor/incidents/incident-record.ts';
import type { Health } from '../../supervisor/incidents/playbook.ts';
import type { SignalKind } from '../../supervisor/incidents/signal.ts';
import type { LastRun } from '../../supervisor/last-run.ts';
import { readOpenIncidents } from '../../supervisor/incident-file.ts';
import { keptLog } from './some-children.ts';

function open(t: Test, given: Partial<LastRun> & { home?: string } = {}) {
  const { home = t.testdir({ log: {} }), ...lastRun } = given;
  const { log, messages } = keptLog('error');
  const said: string[] = [];
  const acted: string[] = [];
  const published: IncidentRecord[] = [];
  let health: Health = 'down';
  const healing = new Healing({
    home,
    lastRun: { signals: [], openIncidents: [], ...lastRun },
    log,
    say: (line) => said.push(line),
    act: (action, component) => acted.push(`${action} ${component}`),
    publish: (record) => published.push(record),
    health: () => health,
    rooms: () => ['demo'],
  });
  const note = (kind: SignalKind, at: number, component = 'tts') =>
    healing.note({ at, component, child: component, kind, detail: 'ended with code 1' });
  const setHealth = (now: Health) => (health = now);
  return { home, healing, note, said, acted, published, setHealth, messages };
}

const lines = (file: string): IncidentRecord[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as IncidentRecord);

void t.test('Healing writes an incident down when it opens and when it is over, and tells the bus', (t) => {
  const { home, healing, note, said, acted, published, setHealth } = open(t);
  note('exited', 1_000);
  t.match(healing.open, [{ component: 'tts', problem: 'crash', state: 'open' }]);
  setHealth('well');
  for (let now = 1_300; now < 30_000 && healing.open.length > 0; now += 300) healing.tick(now);
  const records = lines(incidentsFile(home));
  t.match(records.at(0), { state: 'open' });
  t.match(records.at(-1), { state: 'resolved', actions: [{ action: 'none', outcome: 'worked' }] });
  t.equal(new Set(records.map(({ id }) => id)).size, 1);
  t.same(published, records);
  t.match(said, [/^warning: /, /^recovered: /]);
  t.same(acted, [], 'nothing was to be done but to wait');
  t.match(healing.recent, [{ id: records[0]?.id }]);
  t.match(healing.figures(0, 60_000), { incidents: 1, open: 0, healedAloneShare: 1 });
  t.end();
});

void t.test('Healing has a playbook act while a component stays down, and asks people in the end', (t) => {
  const { healing, note, said, acted } = open(t);
  note('exited', 1_000);
  for (let now = 1_300; now < 200_000; now += 300) healing.tick(now);
  t.same(acted, ['degrade tts', 'restart tts', 'restart-dependency tts']);
  t.match(healing.open, [{ state: 'unresolved', peopleAsked: true }]);
  t.ok(said.some((line) => line.startsWith('critical: ')));
  t.end();
});

void t.test('Healing begins another file when the old one is large', (t) => {
  const { home, note } = open(t);
  const file = incidentsFile(home);
  writeFileSync(file, '');
  truncateSync(file, 20_000_001);
  note('exited', 1_000);
  t.equal(lines(file).length, 1);
  t.equal(statSync(`${file}.1`).size, 20_000_001);
  note('exited', 1_000, 'reply');
  t.equal(lines(file).length, 2);
  t.end();
});

void t.test('Healing goes on when nothing can be written', (t) => {
  const { home, healing, note, published, messages } = open(t);
  mkdirSync(incidentsFile(home));
  note('exited', 1_000);
  t.equal(healing.open.length, 1);
  t.equal(published.length, 1, 'the bus has it all the same');
  t.same(messages, ['incident not written']);
  t.ok(existsSync(join(home, 'log')));
  t.end();
});

void t.test('Healing closes what the last run had open, and says so once there is a bus', async (t) => {
  const first = open(t);
  first.note('exited', 1_000);
  first.note('exited', 2_000, 'reply');
  const { home } = first;
  const openIncidents = await readOpenIncidents(home);
  t.match(openIncidents, [{ component: 'tts' }, { component: 'reply' }]);
  const next = open(t, { home, openIncidents });
  t.same(next.healing.open, [], 'what is still wrong is noticed anew');
  t.same(next.published, [], 'there is no bus yet');
  next.note('on-air', 60_000, 'supervisor');
  t.match(next.published, [
    {
      id: openIncidents[0]?.id,
      component: 'tts',
      state: 'cut-off',
      actions: [{ action: 'none', outcome: 'unknown' }],
      summary: /^tts crashed .*; nobody saw its end, because the supervisor that watched it ended/,
    },
    { component: 'reply', state: 'cut-off' },
  ]);
  t.same(lines(incidentsFile(home)).slice(-2), next.published);
  t.same(await readOpenIncidents(home), [], 'the run after that finds nothing open');
  next.note('on-air', 61_000, 'supervisor');
  t.equal(next.published.length, 2, 'said once');
});

void t.test('Healing makes an incident of a last run that was cut short, which ends on air', (t) => {
  const detail =
    'pid 7, last seen on-air 2026-01-01T00:00:00.000Z, 3 s before this start; it left no process behind';
  const signal = { at: 1_000, component: 'supervisor', child: '', kind: 'cut-short', detail } as const;
  const run = open(t, { signals: [{ ...signal, figures: { detectionMs: 3_000 } }] });
  run.setHealth('well');
  t.match(run.healing.open, [{ problem: 'unclean-end', detectionMs: 3_000, timeline: [{ at: 1_000 }, {}] }]);
  t.match(run.said, [/^warning: supervisor had ended without stopping in order \(pid 7, last seen on-air/]);
  for (let now = 1_300; now < 20_000; now += 300) run.healing.tick(now);
  t.equal(run.healing.open.length, 1, 'not before it is on air');
  run.note('on-air', 20_000, 'supervisor');
  for (let now = 20_100; now < 25_000; now += 300) run.healing.tick(now);
  t.same(run.healing.open, []);
  t.match(run.published.at(-1), { problem: 'unclean-end', state: 'resolved', peopleAsked: false });
  t.match(run.said.at(-1), /^recovered: supervisor .* and is well again after 19 s/);
  t.end();
});

void t.test('Healing closes what is wrong with a room that is hosted no more', (t) => {
  const { healing, note, setHealth } = open(t);
  setHealth('well');
  const wrong = {
    'room:gone': 'room-shut-out',
    'sound:gone': 'sound-lost',
    'room:demo': 'room-refused',
  } as const;
  for (const [component, kind] of Object.entries(wrong)) note(kind, 1_000, component);
  const tick = (from: number, to: number) => {
    for (let now = from; now < to; now += 300) healing.tick(now);
  };
  tick(1_300, 60_000);
  t.equal(healing.open.length, 3);
  note('reload-done', 60_000, 'configuration');
  tick(60_300, 90_000);
  t.same(
    healing.open.map(({ component }) => component),
    ['room:demo'],
  );
  t.end();
});
