import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';
import type { Test } from 'tap';
import type { RepairsOptions } from '../../supervisor/repairs.ts';
import { Repairs } from '../../supervisor/repairs.ts';
import type { ChildRecord } from '../../supervisor/child-record.ts';
import type { RosterEvent } from '../../supervisor/roster-state.ts';
import { alive, childOf, keptLog, stateOf, worker } from './some-children.ts';

function open(
  t: Test,
  children: ChildRecord[] = [],
  given: Partial<Pick<RepairsOptions, 'rollBack' | 'freeBytes'>> = {},
) {
  const home = t.testdir();
  const { log, messages } = keptLog('info');
  const told: RosterEvent[] = [];
  const said: string[] = [];
  let busRestarts = 0;
  const repairs = new Repairs({
    state: stateOf(children),
    home,
    log,
    say: (line) => said.push(line),
    tell: (event) => told.push(event),
    restartBus: () => (busRestarts += 1),
    rollBack: () => false,
    ...given,
  });
  return { home, repairs, told, said, messages, busRestarts: () => busRestarts };
}

function put(home: string, ...names: string[]): void {
  for (const name of names) {
    mkdirSync(dirname(join(home, name)), { recursive: true });
    writeFileSync(join(home, name), 'x');
  }
}

void t.test(
  'freeDisk() frees what can be made anew and old recordings, and keeps what is being written',
  (t) => {
    let free = 900_000_000;
    const { home, repairs } = open(t, [], { freeBytes: () => free });
    const old = [1, 2, 3, 4].map((day) => `demo-2026-11-0${day}T08-00-00-000Z.wav`);
    put(home, 'log/tts.ndjson', 'log/tts.ndjson.1', 'log/reports/report.1.json');
    put(
      home,
      'cache/a',
      'cache-aside-1700000000000/a',
      'speech-cache-aside-1700000000000/a',
      'jetstream/1.blk',
    );
    put(home, 'audio/demo.wav', ...old.map((name) => `audio/${name}`));
    repairs.freeDisk();
    t.same(readdirSync(join(home, 'log')).sort(), ['reports', 'tts.ndjson']);
    t.same(readdirSync(join(home, 'log', 'reports')), []);
    t.same(readdirSync(home).sort(), ['audio', 'cache', 'jetstream', 'log']);
    t.same(readdirSync(join(home, 'audio')).sort(), [...old, 'demo.wav'], 'there is room for recordings');
    free = 100_000_000;
    repairs.freeDisk();
    t.same(readdirSync(join(home, 'audio')).sort(), [...old.slice(2), 'demo.wav'], 'the newer half stays');
    repairs.freeDisk();
    repairs.freeDisk();
    t.same(
      readdirSync(join(home, 'audio')).sort(),
      [...old.slice(3), 'demo.wav'],
      'twice is safe, and frees more',
    );
    t.end();
  },
);

void t.test('freeDisk() has nothing to do in an empty home', (t) => {
  const { repairs } = open(t);
  t.doesNotThrow(() => repairs.freeDisk());
  t.end();
});

void t.test(
  'act() replaces only who works, and restarts a service with all that wait for their time',
  (t) => {
    const spare = childOf('tts', { id: 'tts.2', life: alive('initialised', 2), generation: 7 });
    const { repairs, told } = open(t, [worker('tts', { generation: 3 }), spare]);
    repairs.act('replace', 'tts');
    t.same(told.splice(0), [{ kind: 'retire', id: 'tts', reason: 'a playbook asks for it' }]);
    repairs.act('restart', 'tts');
    t.match(told.splice(0), [
      { kind: 'child', id: 'tts', generation: 3, event: { kind: 'condemn', again: true } },
      { kind: 'child', id: 'tts', generation: 3, event: { kind: 'wake' } },
      { kind: 'child', id: 'tts.2', generation: 7, event: { kind: 'wake' } },
    ]);
    repairs.act('restart-dependency', 'reply');
    t.same(told.splice(0), [], 'a dependency that is well is left alone');
    const ill = open(t, [worker('tts', { life: alive('starting') })]);
    ill.repairs.act('restart', 'tts');
    t.match(ill.told.splice(0), [{ event: { kind: 'wake' } }], 'one that has just taken over is left alone');
    ill.repairs.act('restart-dependency', 'reply');
    t.match(ill.told, [{ kind: 'retire', id: 'tts' }]);
    repairs.act('scale-up', 'tts');
    t.same(told, [{ kind: 'scale', service: 'tts', wanted: 2 }]);
    t.end();
  },
);

void t.test('act() restarts the bus whatever it is called, and tells people what is theirs', (t) => {
  const { repairs, said, told, busRestarts } = open(t);
  repairs.act('restart', 'bus');
  repairs.act('reconnect', 'bus');
  repairs.act('restart-bus', 'tts');
  t.equal(busRestarts(), 3);
  repairs.act('none', 'tts');
  repairs.act('degrade', 'tts');
  repairs.act('tell-people', 'tts');
  t.same(said, [
    'tts does not work; the rest goes on without it',
    'tts needs somebody: see log/incidents.ndjson',
  ]);
  t.same(told, []);
  t.end();
});

void t.test('act() puts a cache aside, not away, and does nothing where there is none', (t) => {
  const { home, repairs } = open(t);
  repairs.act('set-cache-aside', 'tts');
  t.same(readdirSync(home), []);
  put(home, 'cache/a');
  repairs.act('set-cache-aside', 'tts');
  const [aside] = readdirSync(home);
  t.match(aside, /^cache-aside-\d+$/);
  t.ok(existsSync(join(home, aside ?? '', 'a')));
  put(home, 'speech-cache/b');
  repairs.act('set-cache-aside', 'reply');
  t.ok(existsSync(join(home, 'speech-cache/b')), 'not for what has nothing to do with it');
  repairs.act('set-cache-aside', 'tts');
  const spoken = readdirSync(home).filter((name) => name.startsWith('speech-cache'));
  t.match(spoken, [/^speech-cache-aside-\d+$/], "the voice's too");
  t.end();
});

void t.test('act() never throws: a repair that fails is written down', (t) => {
  const rollBack = () => {
    throw new Error('no');
  };
  const failing = open(t, [], { rollBack });
  failing.repairs.act('roll-back-configuration', 'tts');
  t.same(failing.messages, ['a repair failed']);
  const nothing = open(t);
  nothing.repairs.act('roll-back-configuration', 'tts');
  t.same(nothing.messages, ['no configuration to go back to']);
  t.end();
});
