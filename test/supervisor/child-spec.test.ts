import t from 'tap';
import type { Config } from '../../protocol/config.ts';
import { demoConfig } from '../../protocol/config.ts';
import { readConfig } from '../../protocol/read-config.ts';
import { simulatorSchema } from '../../protocol/simulator-config.ts';
import { childSpecs, fillAddresses, startLayers } from '../../supervisor/child-spec.ts';

function demo(): Config {
  const result = readConfig(demoConfig, {});
  if (!result.ok) throw new Error('the demonstration is not valid');
  return result.config;
}

void t.test('childSpecs() makes a child for each role, and one for the sound of each room', (t) => {
  t.same(
    childSpecs(demo()).map(({ id }) => id),
    ['sim-room', 'audio:demo', 'tts', 'reply', 'ingest'],
  );
  t.same(
    childSpecs(demo(), ['tts', 'reply']).map(({ id, dependsOn }) => ({ id, dependsOn })),
    [
      { id: 'tts', dependsOn: [] },
      { id: 'reply', dependsOn: ['tts'] },
    ],
  );
  t.end();
});

void t.test('childSpecs() has no more processes share the rooms than leaves each with one', (t) => {
  const { rooms, supervisor, ...others } = demo();
  const withRooms = (ids: string[], role: 'reply' | 'ingest' = 'reply') => {
    const services = { ...supervisor.services, [role]: { ...supervisor.services[role], min: 2, max: 4 } };
    const hosted = ids.flatMap((id) => rooms.map((room) => ({ ...room, id })));
    const specs = childSpecs({ ...others, supervisor: { ...supervisor, services }, rooms: hosted });
    return specs.find(({ id }) => id === role);
  };
  t.match(withRooms(['demo']), { sharded: true, replicas: { min: 1, max: 1 } });
  t.match(withRooms(['room-1', 'shoes']), { replicas: { min: 2, max: 2 } });
  t.match(withRooms(['room-1', 'shoes'], 'ingest'), { sharded: true, replicas: { min: 2, max: 2 } });
  t.match(withRooms(Array.from({ length: 100 }, (_, number) => `room-${number}`)), {
    replicas: { min: 2, max: 4 },
  });
  t.same(
    childSpecs(demo()).flatMap(({ id, sharded }) => (sharded ? [id] : [])),
    ['reply', 'ingest'],
  );
  t.end();
});

void t.test('childSpecs() says who may work beside another, and who is replaced where it stands', (t) => {
  const specs = childSpecs(demo());
  t.same(
    specs.filter(({ exclusive }) => !exclusive).map(({ id }) => id),
    ['tts'],
  );
  t.same(
    specs.filter(({ swappable }) => !swappable).map(({ id }) => id),
    ['sim-room'],
  );
  t.ok(specs.every(({ softMb, limitMb }) => softMb > 0 && softMb <= limitMb));
  t.end();
});

void t.test('startLayers() starts what is fed before what feeds it', (t) => {
  const layers = startLayers(childSpecs(demo())).map((layer) => layer.map(({ id }) => id));
  t.same(layers, [['sim-room', 'audio:demo'], ['tts'], ['reply'], ['ingest']]);
  const [first, second] = childSpecs(demo(), ['tts', 'reply']);
  if (!first || !second) throw new Error('two were asked for');
  t.throws(() => startLayers([{ ...first, dependsOn: ['reply'] }, second]), /circle: tts, reply/);
  t.end();
});

void t.test('fillAddresses() puts the addresses of children in, or says whose is missing', (t) => {
  const ingest = childSpecs(demo()).find(({ id }) => id === 'ingest');
  t.same([...new Set(ingest?.needsAddressOf)], ['sim-room']);
  const filled = fillAddresses(demo(), new Map([['sim-room', '127.0.0.1:9']]), 'ingest');
  t.match(filled.rooms[0]?.source, { pageUrl: 'http://127.0.0.1:9', pushUrls: ['ws://127.0.0.1:9'] });
  t.throws(() => fillAddresses(demo(), new Map(), 'ingest'), /No child "sim-room" has told its address/);
  t.end();
});

void t.test('childSpecs() does not leave out whose address is asked for', (t) => {
  t.throws(() => childSpecs(demo(), ['ingest', 'reply']), {
    code: 'configuration',
    problems: [{ path: '--only', message: '"ingest" asks for the address of "sim-room": name "sim" too' }],
  });
  t.equal(childSpecs(demo(), ['ingest', 'sim']).length, 2);
  t.end();
});

void t.test('childSpecs() starts the speech servers that tts asks for before it, and those only', (t) => {
  const specs = childSpecs(withSpeechServer());
  t.same(specs.find(({ id }) => id === 'tts')?.needsAddressOf, ['sim-voice']);
  t.same(specs.find(({ id }) => id === 'ingest')?.needsAddressOf, ['sim-room']);
  t.same(
    startLayers(specs).map((layer) => layer.map(({ id }) => id)),
    [['sim-room', 'sim-voice', 'audio:demo'], ['tts'], ['reply'], ['ingest']],
  );
  const some = childSpecs(withSpeechServer(), ['tts', 'sim']);
  t.same(some.find(({ id }) => id === 'tts')?.dependsOn, ['sim-voice']);
  t.end();
});

void t.test('fillAddresses() leaves the addresses of other roles as they are', (t) => {
  const filled = fillAddresses(withSpeechServer(), new Map([['sim-voice', '127.0.0.1:8']]), 'tts');
  t.match(filled.tts, { engines: [{ endpoints: ['http://127.0.0.1:8', 'http://127.0.0.1:8/2'] }] });
  t.match(filled.rooms[0]?.source, { pageUrl: 'http://${address:sim-room}' });
  t.end();
});

/** Engines as texts: only the addresses in them are looked at. */
function withSpeechServer(): Config {
  const config = demo();
  const endpoints = ['http://${address:sim-voice}', 'http://${address:sim-voice}/2'];
  const voice = simulatorSchema.parse({ id: 'voice', type: 'gpt-sovits' });
  const engines: unknown = { engines: [{ id: 'main', endpoints }] };
  return {
    ...config,
    simulators: [...config.simulators, voice],
    tts: Object.assign(config.tts, engines),
  };
}
