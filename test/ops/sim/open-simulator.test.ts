import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { simulatorSchema } from '../../../protocol/simulator-config.ts';
import { openSimulator } from '../../../ops/sim/open-simulator.ts';
import { Show, silentRoom } from '../../support/show.ts';

void t.test('openSimulator() opens every type at a port of its own, with a log', async (t) => {
  const speech = ['douyin-room', 'gpt-sovits', 'openai-speech', 'cosyvoice'] as const;
  const types = [...speech, 'model', 'barrage-grab', 'bilibili-room', 'json-feed'] as const;
  const folder = t.testdir();
  for (const type of types) {
    const simulator = simulatorSchema.parse({
      id: type,
      type,
      ...(type === 'json-feed' ? { feed: 'oba' } : {}),
    });
    const place = { port: 0, logFile: join(folder, `${type}.ndjson`) };
    await using server = await openSimulator(simulator, place);
    t.ok(server.port > 0, type);
    const state = await fetch(`http://127.0.0.1:${server.port}/sim/state`);
    t.equal(state.status, 200, type);
    await state.arrayBuffer();
  }
  t.same(readdirSync(folder).toSorted(), types.map((type) => `${type}.ndjson`).toSorted());
});

void t.test('openSimulator() gives a speech server what its configuration says', async (t) => {
  const opened = async (simulator: object) =>
    await openSimulator(simulatorSchema.parse({ id: 'one', ...simulator }), { port: 0, logFile: '' });
  const get = async (port: number, path: string): Promise<unknown> =>
    await (await fetch(`http://127.0.0.1:${port}${path}`)).json();
  await using old = await opened({ type: 'gpt-sovits', api: 'v1', version: 'v2' });
  t.match(await get(old.port, '/sim/state'), { version: 'v2', reference: { path: '' } });
  await using faulty = await opened({ type: 'gpt-sovits', faults: { '500': 0.5 } });
  t.match(await get(faulty.port, '/sim/faults'), { probabilities: { '500': 0.5 } });
  await using locked = await opened({ type: 'openai-speech', apiKey: 'secret', sampleRateHz: 22_050 });
  t.match(await get(locked.port, '/sim/state'), { sampleRateHz: 22_050 });
  t.match(await get(locked.port, '/v1/models'), { error: { code: 'invalid_api_key' } });
  await using first = await opened({ type: 'cosyvoice', version: 'v1' });
  t.match(await get(first.port, '/sim/state'), { version: 'v1' });
});

const voice = { name: 'anchor', refAudio: 'voices/anchor.wav', promptText: '这是参考音频里面的一句话。' };
const config = {
  ...silentRoom,
  simulators: [
    ...silentRoom.simulators,
    { id: 'voice', type: 'gpt-sovits' },
    { id: 'second', type: 'openai-speech' },
    { id: 'third', type: 'cosyvoice' },
  ],
  tts: {
    // However slow the machine is, nobody else is asked as well.
    hedge: { leastMs: 60_000 },
    engines: [{ id: 'gsv', type: 'gpt-sovits', endpoints: ['http://${address:sim-voice}'], voices: [voice] }],
  },
  reply: {
    ...silentRoom.reply,
    rules: [{ id: 'price', keywords: ['多少钱'], say: ['这一款今天直播价三十九块九。'] }],
  },
};

void t.test('openSimulator() runs under the supervisor, and a show speaks with its voice', async (t) => {
  await using show = await Show.start(t, config);
  await show.untilConnected();
  for (const id of ['sim-second', 'sim-third']) {
    const response = await fetch(`http://${show.child(id).address}/sim/state`);
    t.match(await response.json(), { isListening: true, requests: 0 }, id);
  }
  const [asked] = await show.say({ kind: 'chat', user: '小明', text: '这个多少钱' });
  t.match(await show.untilOutcome(asked?.msgId ?? ''), { what: 'spoken' });
  await show.until('a success of the engine among the counters', () => {
    const { counters } = show.child('tts');
    return (counters['tts.gsv.successes'] ?? 0) > 0;
  });
  t.equal(await show.stop(), 0);
  const folder = join(show.home, 'sim');
  const [file = ''] = readdirSync(folder).filter((name) => name.startsWith('voice-'));
  const said = readFileSync(join(folder, file), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { path: string; text: string; isRight: boolean });
  // The engine does one thing at a time: what is asked for while it speaks a script may go to the embedded voice.
  t.ok(
    said.some(({ path, text, isRight }) => path === '/tts' && isRight && text !== ''),
    `speech was asked for and taken to its end: ${JSON.stringify(said)}`,
  );
});
