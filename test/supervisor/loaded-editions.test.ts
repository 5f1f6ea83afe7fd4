import t from 'tap';
import type { Config } from '../../protocol/config.ts';
import { Editions } from '../../supervisor/loaded-editions.ts';
import type { RosterEvent } from '../../supervisor/roster-state.ts';
import { childOf, demo, stateOf, worker } from './some-children.ts';

/** Editions of which every reload is at once the wanted one, as the roster makes it. */
function load() {
  const state = stateOf([worker('sim-room', { address: '127.0.0.1:9' })]);
  const told: RosterEvent[] = [];
  const tell = (event: RosterEvent) => {
    told.push(event);
    if (event.kind === 'reload') state.edition = event.edition;
  };
  return { editions: new Editions({ first: withSpeed(1), only: [], state, tell }), state, told };
}

const withSpeed = (speed: number): Config => {
  const config = demo();
  return { ...config, tts: { ...config.tts, speed } };
};

void t.test('Editions knows the configuration of each edition, and which one is wanted', (t) => {
  const { editions, told } = load();
  t.equal(editions.current.tts.speed, 1);
  editions.load(withSpeed(1.1));
  t.match(told, [{ kind: 'reload', edition: 2 }]);
  t.equal(editions.current.tts.speed, 1.1);
  t.equal(editions.configOf(1).tts.speed, 1);
  t.equal(editions.configFor(childOf('tts', { edition: 1 })).tts.speed, 1);
  t.end();
});

void t.test('configFor() fills in the addresses that a child needs', (t) => {
  const { editions } = load();
  const source = (service: string) => editions.configFor(childOf(service)).rooms[0]?.source;
  t.match(source('ingest'), { pageUrl: 'http://127.0.0.1:9' });
  t.match(source('tts'), { pageUrl: 'http://${address:sim-room}' });
  t.end();
});

void t.test('configFor() gives the address of who is at work, whatever spares there are', (t) => {
  const { editions, state } = load();
  const pageUrl = () => editions.configFor(childOf('ingest')).rooms[0]?.source;
  state.children.set('sim-room.2', childOf('sim-room', { id: 'sim-room.2' }));
  t.match(pageUrl(), { pageUrl: 'http://127.0.0.1:9' });
  const address = '127.0.0.1:10';
  state.children.set('sim-room.2', childOf('sim-room', { id: 'sim-room.2', address }));
  t.match(pageUrl(), { pageUrl: 'http://127.0.0.1:9' });
  state.children.set('sim-room', childOf('sim-room', { address: '127.0.0.1:9' }));
  state.children.set('sim-room.2', worker('sim-room', { id: 'sim-room.2', address }));
  t.match(pageUrl(), { pageUrl: `http://${address}` });
  t.end();
});

void t.test('load() of a configuration that cannot be started changes nothing', (t) => {
  const { state, told } = load();
  const tell = (event: RosterEvent) => told.push(event);
  const editions = new Editions({ first: withSpeed(1), only: ['ingest'], state, tell });
  t.throws(() => editions.load(withSpeed(1.1)), { code: 'configuration' });
  t.same(told, []);
  t.equal(editions.current.tts.speed, 1);
  t.end();
});

void t.test('rollBack() goes back to the edition that had proved to work, once', (t) => {
  const { editions, told } = load();
  t.notOk(editions.rollBack(), 'there is none before the first');
  editions.load(withSpeed(1.1));
  t.notOk(editions.rollBack(), 'the new one has not proved anything yet');
  editions.note('done', 2);
  t.ok(editions.rollBack());
  t.match(told.at(-1), { kind: 'reload', edition: 3 });
  t.equal(editions.current.tts.speed, 1);
  t.notOk(editions.rollBack(), 'there is no other');
  editions.note('done', 3);
  t.notOk(editions.rollBack(), 'the way back is no change that could be at fault');
  t.end();
});

void t.test('rollBack() leaves a change alone that is under way, or was taken back already', (t) => {
  const { editions, state } = load();
  editions.load(withSpeed(1.1));
  editions.note('done', 2);
  state.reload = {
    phase: 'preparing',
    since: 0,
    from: { edition: 2, specs: [] },
    failures: 0,
    kills: 0,
  };
  t.notOk(editions.rollBack());
  state.reload = undefined;
  editions.note('rolled-back', 1);
  t.notOk(editions.rollBack());
  t.end();
});

void t.test('Editions forgets configurations that nobody can go back to', (t) => {
  const { editions } = load();
  for (let edition = 2; edition <= 12; edition++) {
    editions.load(withSpeed(1 + edition / 100));
    editions.note('done', edition);
  }
  t.equal(editions.configOf(12).tts.speed, 1.12);
  t.equal(editions.configOf(8).tts.speed, 1.08);
  t.equal(editions.configOf(3).tts.speed, 1, 'forgotten: the first stands for it');
  t.end();
});
