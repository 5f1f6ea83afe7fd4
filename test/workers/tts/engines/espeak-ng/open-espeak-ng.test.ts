import { getEventListeners } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { how, never, openEndpoint, reasonOf, say } from '../make-config.ts';

const folder = mkdtempSync(join(tmpdir(), 'espeak-'));
t.teardown(() => rmSync(folder, { recursive: true }));
const program = join(folder, 'espeak-ng');
const fixture = fileURLToPath(new URL('../../fixtures/speaks-like-espeak.ts', import.meta.url));
writeFileSync(program, `#!/bin/sh\nexec "${process.execPath}" "${fixture}" "$@"\n`);
chmodSync(program, 0o755);

const configure = (voice: string, more: object = {}) => ({
  id: 'system',
  type: 'espeak-ng',
  program,
  voice,
  totalMs: 60_000,
  ...more,
});

void t.test('openEspeakNg() speaks by the program, at the speed asked for within its bounds', async (t) => {
  const endpoint = openEndpoint(t, configure('cmn'));
  await endpoint.warmUp(never);
  await endpoint.probe(never);
  let firsts = 0;
  const options = { ...how(), onFirstByte: () => void (firsts += 1) };
  for (const [speed, rate] of [
    [1, 175],
    [1.2, 210],
    [0.1, 80],
    [9, 450],
  ] as const) {
    const sound = await endpoint.speak({ text: '你好啊', voice: 'of-another-engine', speed }, options);
    t.same([sound.samples.length, sound.sampleRateHz], [rate * 10 + 3, 22_050]);
  }
  t.equal(firsts, 4);
});

void t.test('openEspeakNg() keeps what the environment holds from the program', async (t) => {
  process.env['ONAIR_TEST_SECRET'] = 'hush';
  t.teardown(() => delete process.env['ONAIR_TEST_SECRET']);
  const { samples } = await openEndpoint(t, configure('environment')).speak(say(), how());
  t.equal(samples.length, 1);
});

void t.test('openEspeakNg() turns each way of failing into its fault', async (t) => {
  const ways: [voice: string, code: string, more: object][] = [
    ['nobody', 'server', {}],
    ['mute', 'garbage', {}],
    ['words', 'garbage', {}],
    ['killed', 'cut-off', {}],
    ['endless', 'too-large', { maxBytes: 200_000 }],
  ];
  for (const [voice, code, more] of ways)
    await t.rejects(openEndpoint(t, configure(voice, more)).speak(say(), how()), { code }, voice);
});

void t.test(
  'openEspeakNg() ends the program when time is up, when told to, and when it is disposed',
  async (t) => {
    const file = join(folder, 'pid');
    const hasEnded = () => {
      try {
        process.kill(Number(readFileSync(file, 'utf8')), 0);
        return false;
      } catch {
        return true;
      }
    };
    const late = openEndpoint(t, configure('hang', { totalMs: 2_000 }));
    await t.rejects(late.speak(say(file), how()), { code: 'total-timeout' });
    t.ok(hasEnded());
    const endpoint = openEndpoint(t, configure('hang'));
    for (const way of ['told', 'disposed'] as const) {
      const heard = Promise.withResolvers<void>();
      const stop = new AbortController();
      const speaking = reasonOf(
        endpoint.speak(say(file), { ...how({ signal: stop.signal }), onFirstByte: heard.resolve }),
      );
      await heard.promise;
      t.notOk(hasEnded());
      if (way === 'told') stop.abort(new Error('never mind'));
      else await endpoint[Symbol.asyncDispose]();
      t.match(await speaking, way === 'told' ? { message: 'never mind' } : { code: 'unreachable' });
      t.ok(hasEnded(), way);
      t.equal(getEventListeners(stop.signal, 'abort').length, 0);
    }
  },
);

void t.test('openEspeakNg() says at warm-up what is to be installed, or which voice is wrong', async (t) => {
  const missing = openEndpoint(t, configure('cmn', { program: join(folder, 'gone') }));
  await t.rejects(missing.warmUp(never), {
    code: 'configuration',
    problems: [{ path: 'tts.engines[0].program', message: /apt install espeak-ng/ }],
  });
  await t.rejects(missing.speak(say(), how()), { name: 'EngineError', code: 'unreachable' });
  await t.rejects(missing.probe(never), { code: 'unreachable' });
  await t.rejects(openEndpoint(t, configure('nobody')).warmUp(never), {
    code: 'configuration',
    problems: [{ path: 'tts.engines[0].voice', message: /got "nobody"/ }],
  });
});
