import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { how, never, openEndpoint, reasonOf, say } from '../make-config.ts';

const configure = (more: object = {}) => ({
  id: 'local',
  type: 'sherpa-onnx',
  model: { vits: { model: 'zh.onnx' } },
  speaker: 3,
  totalMs: 60_000,
  ...more,
});

/** A project with a package in it that has the interface of the real one, and does what the text says. */
const project = realpathSync(mkdtempSync(join(tmpdir(), 'sherpa-')));
t.teardown(() => rmSync(project, { recursive: true }));
const platform = process.platform === 'win32' ? 'win' : process.platform;
const libraries = join(project, 'node_modules', `sherpa-onnx-${platform}-${process.arch}`);
const variable = { linux: 'LD_LIBRARY_PATH', darwin: 'DYLD_LIBRARY_PATH', win32: 'PATH' }[platform as string];
install(
  join(project, 'node_modules', 'sherpa-onnx-node'),
  `exports.OfflineTts = class {
    constructor(config) {
      if (config.model.vits.model !== 'zh.onnx') throw new Error('Please check your config!');
    }
    generate({ text, sid, speed }) {
      if (text === 'throw') throw new Error('told to');
      if (text === 'crash') { process.stderr.write('terminate called: bad alloc\\n'); process.abort(); }
      if (text === 'hang') for (;;);
      if (text === 'nothing') return { samples: new Float32Array(), sampleRate: 8000 };
      if (text === 'libraries') return { samples: new Float32Array(String(process.env.${variable ?? 'LD_LIBRARY_PATH'}).length), sampleRate: 8000 };
      return { samples: Float32Array.of(-2, -1, 0, 0.5, NaN, sid / 32768, speed / 32768), sampleRate: 22050 };
    }
  };`,
);
install(libraries, '');

function install(folder: string, source: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ main: 'index.js' }));
  writeFileSync(join(folder, 'index.js'), source);
}

void t.test('openSherpaOnnx() speaks with the model in a process that finds its libraries', async (t) => {
  const endpoint = openEndpoint(t, configure(), project);
  await endpoint.warmUp(never);
  await endpoint.probe(never);
  const sound = await endpoint.speak({ ...say('你好'), speed: 2 }, how());
  t.same([...sound.samples], [-32_768, -32_768, 0, 16_384, 0, 3, 2]);
  t.equal(sound.sampleRateHz, 22_050);
  const path = await endpoint.speak(say('libraries'), how());
  t.ok(path.samples.length >= libraries.length);
});

void t.test('openSherpaOnnx() outlives a model that fails, crashes or says nothing', async (t) => {
  const endpoint = openEndpoint(t, configure(), project);
  await t.rejects(endpoint.speak(say('throw'), how()), { code: 'server', message: /told to/ });
  await t.rejects(endpoint.speak(say('nothing'), how()), { code: 'garbage' });
  await t.rejects(endpoint.speak(say('crash'), how()), { code: 'cut-off', message: /bad alloc/ });
  t.equal((await endpoint.speak(say(), how())).samples.length, 7);
});

void t.test('openSherpaOnnx() ends a model that hangs, when time is up or somebody says stop', async (t) => {
  const endpoint = openEndpoint(t, configure(), project);
  await endpoint.warmUp(never);
  const stop = new AbortController();
  const hanging = reasonOf(endpoint.speak(say('hang'), how({ signal: stop.signal })));
  await t.rejects(endpoint.speak(say(), how()), { code: 'busy' });
  stop.abort(new Error('never mind'));
  t.match(await hanging, { message: 'never mind' });
  t.equal((await endpoint.speak(say(), how())).samples.length, 7);
  const late = openEndpoint(t, configure({ totalMs: 3_000 }), project);
  await t.rejects(late.speak(say('hang'), how()), { code: 'total-timeout' });
  const disposed = openEndpoint(t, configure(), project);
  await disposed.warmUp(never);
  const waiting = reasonOf(disposed.speak(say('hang'), how()));
  await disposed[Symbol.asyncDispose]();
  t.match(await waiting, { code: 'cut-off' });
  await t.rejects(disposed.speak(say(), how()), { code: 'unreachable' });
});

void t.test('openSherpaOnnx() says at warm-up what is missing', async (t) => {
  const elsewhere = realpathSync(mkdtempSync(join(tmpdir(), 'empty-')));
  t.teardown(() => rmSync(elsewhere, { recursive: true }));
  await t.rejects(openEndpoint(t, configure(), elsewhere).warmUp(never), {
    code: 'configuration',
    problems: [{ path: 'tts.engines[0].type', message: /npm install sherpa-onnx-node.*LIBRARY_PATH|PATH/ }],
  });
  const wrong = configure({ model: { vits: { model: 'gone.onnx' } } });
  await t.rejects(openEndpoint(t, wrong, project).warmUp(never), {
    code: 'configuration',
    problems: [{ path: 'tts.engines[0].model', message: /Please check your config/ }],
  });
});
