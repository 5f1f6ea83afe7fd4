import { execFile } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Worker } from 'node:worker_threads';
import { pino } from 'pino';
import t from 'tap';
import type { Test } from 'tap';
import { configSchema } from '../../../protocol/config.ts';
import { openCounters } from '../../../workers/tts/counters.ts';
import { Studio } from '../../../workers/tts/studio.ts';
import { openFolder } from './cache/sounds.ts';
import { sendJson } from './engines/gpt-sovits/fake-sovits.ts';
import { openSpeakingSovits } from './engines/gpt-sovits/speaking-sovits.ts';
import { hiss } from './gate/signals.ts';
import { makeWav } from './make-wav.ts';

const never = new AbortController().signal;

interface Opening {
  /** Addresses of GPT-SoVITS; none: the embedded voice only. */
  endpoints?: string[];
  engine?: object;
  tts?: object;
  reply?: object;
  home?: string;
}

function open(t: Test, { endpoints = [], engine = {}, tts = {}, reply, home = openFolder(t) }: Opening = {}) {
  const voices = [{ name: 'anna', refAudio: 'anna.wav' }];
  const gsv = { id: 'gsv', type: 'gpt-sovits', endpoints, voices, ...engine };
  const config = configSchema.parse({
    rooms: [{ id: 'demo', source: { type: 'douyin', webRid: 'demo' } }],
    tts: {
      engines: endpoints.length > 0 ? [gsv] : [],
      threads: { min: 1, max: 1 },
      // How fast this machine is today is not what is tested.
      hedge: { leastMs: 60_000 },
      ...tts,
    },
    ...(reply ? { reply } : {}),
  });
  const news = new EventEmitter();
  const logged: string[] = [];
  const log = pino(
    { level: 'info' },
    {
      write(line: string) {
        const { msg } = JSON.parse(line) as { msg: string };
        logged.push(msg);
        news.emit(msg);
      },
    },
  );
  const notices: string[] = [];
  const counters = openCounters({});
  const studio = new Studio({
    config,
    home,
    counters,
    notice: (level, text) => void (notices.push(`${level} ${text}`), news.emit('notice')),
    log,
  });
  t.teardown(async () => await studio[Symbol.asyncDispose]());
  const speak = async (text: string, signal = never) => {
    const loudness = config.audio.loudness;
    const spoken = await studio.speak({ text, voice: config.tts.voice, speed: 1, loudness }, signal);
    return { ...spoken, outcomes: spoken.tries.map((one) => `${one.engine} ${one.outcome}`) };
  };
  /** As a worker that is the first one. */
  const startFirst = async () => {
    const isWarm = once(news, 'engine is warm');
    studio.startEngines({ isSuccessor: false });
    await isWarm;
  };
  const filesIn = (folder: string, ending: string) =>
    names(join(home, folder)).filter((name) => name.endsWith(ending));
  return { studio, speak, startFirst, news, logged, notices, counters, home, filesIn };
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' });
  } catch {
    return [];
  }
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await pause(2);
}

void t.test('Studio speaks with the voice of the first engine, and keeps what it said', async (t) => {
  const server = await openSpeakingSovits(t);
  const { studio, speak, startFirst, counters, filesIn } = open(t, { endpoints: [server.address] });
  t.same([studio.engineName, studio.slots], ['gsv', 1]);
  await studio.warmUp(never);
  await startFirst();
  t.equal(server.texts.length, 9, 'a first sentence, and eight by which the voice is known');
  const first = await speak('今天的宝贝都在下方。');
  t.match(first, { engine: 'gsv', outcomes: ['gsv good'], sound: { sampleRateHz: 22_050 } });
  t.ok(first.sound.figures.durationMs > 1_000);
  const second = await speak('今天的宝贝都在下方。');
  t.match(second, { engine: 'cache', tries: [] });
  t.equal(second.sound, first.sound);
  t.same(server.texts.slice(9), ['今天的宝贝都在下方。']);
  t.match(counters, { cacheHits: 1, cacheMisses: 1, failures: 0, threads: 1 });
  t.match(studio.statistics.flatten(), {
    'tts.gsv.requests': 1,
    'tts.gsv.successes': 1,
    'tts.gsv.available': 1,
    'tts.cacheHits': 1,
  });
  await until(() => filesIn('speech-cache', '.sound').length === 1);
  t.same(filesIn('rejected', ''), []);
});

void t.test(
  'Studio speaks with the embedded voice while no server is there, and with it when it comes',
  async (t) => {
    const gone = await openSpeakingSovits(t);
    await gone.stop();
    const { studio, speak, news, filesIn } = open(t, { endpoints: [gone.address] });
    await studio.warmUp(never);
    const failed = once(news, 'engine is not there yet');
    studio.startEngines({ isSuccessor: false });
    await failed;
    t.match(await speak('欢迎来到直播间。'), { engine: 'embedded', outcomes: ['embedded good'] });
    t.match(await speak('欢迎来到直播间。'), { engine: 'embedded' }, 'it is not kept as what was wanted');
    t.same(filesIn('speech-cache', '.sound'), []);
    const isWarm = once(news, 'engine is warm');
    await openSpeakingSovits(t, { port: gone.port });
    await isWarm;
    t.match(await speak('欢迎来到直播间。'), { engine: 'gsv', outcomes: ['gsv good'] });
  },
);

void t.test('Studio goes over to the embedded voice when the server is refused in the middle', async (t) => {
  const server = await openSpeakingSovits(t);
  const { studio, speak, startFirst, counters } = open(t, { endpoints: [server.address] });
  await studio.warmUp(never);
  await startFirst();
  t.match(await speak('第一句。'), { engine: 'gsv' });
  await server.stop();
  t.match(await speak('第二句。'), { engine: 'embedded', outcomes: ['gsv unreachable', 'embedded good'] });
  t.match(await speak('第一句。'), { engine: 'cache' });
  t.equal(counters.failures, 1);
  t.equal(studio.engineName, 'gsv');
});

void t.test('Studio tells the operator what the server refuses', async (t) => {
  const server = await openSpeakingSovits(t, {
    tts(answer) {
      sendJson(answer, 400, { message: 'tts failed', Exception: 'anna.wav not exists' });
      return true;
    },
  });
  const { studio, speak, notices, news } = open(t, { endpoints: [server.address] });
  const told = once(news, 'notice');
  studio.startEngines({ isSuccessor: false });
  await told;
  t.match(notices, [/^warn gsv cannot speak: .*tts\.engines\[0\]\.voices\[0\]\.refAudio/]);
  t.match(await speak('欢迎。'), { engine: 'embedded' });
});

void t.test('Studio of a successor asks the server for nothing but what is to be said', async (t) => {
  const server = await openSpeakingSovits(t);
  const { studio, speak } = open(t, { endpoints: [server.address] });
  await studio.warmUp(never);
  studio.startEngines({ isSuccessor: true });
  t.match(await speak('我接着说。'), { engine: 'gsv', outcomes: ['gsv good'] });
  t.same(server.texts, ['我接着说。']);
});

void t.test('Studio has nobody hear what is no speech, keeps it for people, and asks another', async (t) => {
  const noise = Buffer.from(hiss({ seconds: 2, rateHz: 22_050 }).buffer);
  const server = await openSpeakingSovits(t, {
    tts(answer, text) {
      if (!text.includes('坏')) return false;
      answer.writeHead(200, { 'content-type': 'audio/wav' });
      answer.end(makeWav(noise, { sampleRateHz: 22_050 }));
      return true;
    },
  });
  const { studio, speak, filesIn } = open(t, { endpoints: [server.address], tts: { redraws: 1 } });
  await studio.warmUp(never);
  studio.startEngines({ isSuccessor: true });
  const { engine, outcomes, tries } = await speak('这一句坏了。');
  t.equal(engine, 'embedded');
  t.same(outcomes, ['gsv rejected', 'gsv rejected', 'embedded good']);
  t.ok(tries[0]?.reasons.includes('noise'));
  t.not(tries[0]?.draw.seed, tries[1]?.draw.seed);
  await until(() => filesIn('rejected', '.wav').length === 2);
  t.match(await speak('这一句好了。'), { engine: 'gsv' });
});

void t.test('Studio keeps what was said for its next life, unless it would sound otherwise', async (t) => {
  const server = await openSpeakingSovits(t);
  const home = openFolder(t);
  const endpoints = [server.address];
  const speakOnce = async (engine: object) => {
    const { studio, speak, filesIn } = open(t, { home, endpoints, engine });
    await studio.warmUp(never);
    studio.startEngines({ isSuccessor: true });
    const spoken = await speak('好久不见。');
    await until(() => filesIn('speech-cache', '.sound').length > 0);
    await studio[Symbol.asyncDispose]();
    return spoken.engine;
  };
  t.equal(await speakOnce({}), 'gsv');
  t.equal(await speakOnce({ totalMs: 9_000, breaker: { failures: 5 }, rate: { capacity: 7 } }), 'cache');
  t.equal(await speakOnce({ topK: 5 }), 'gsv');
});

void t.test('makeAhead() has ready what rules and scripts say, as soon as the engine is there', async (t) => {
  const server = await openSpeakingSovits(t);
  const lines = ['全场包邮。', '明天下午发货。', '七天无理由退货。'];
  const rules = lines.map((say, at) => ({ id: `rule-${at}`, keywords: [`词${at}`], say: [say] }));
  const { studio, speak, news } = open(t, {
    endpoints: [server.address],
    tts: { cache: { warmUp: lines.length } },
    reply: { rules },
  });
  await studio.warmUp(never);
  const isWarm = once(news, 'engine is warm');
  studio.startEngines({ isSuccessor: false });
  studio.makeAhead();
  await isWarm;
  for (const line of lines) await server.askedFor(line);
  for (const line of lines) await speak(line);
  t.same(server.texts.slice(9), lines, 'each is made once, and by whom it is wanted from');
  t.match(await speak(lines[0] ?? ''), { engine: 'cache' });
});

void t.test('makeAhead() makes it with the embedded voice when there is no other', async (t) => {
  const { studio, speak, filesIn } = open(t, { tts: { cache: { warmUp: 2 } } });
  await studio.warmUp(never);
  studio.startEngines({ isSuccessor: false });
  studio.makeAhead();
  await until(() => filesIn('speech-cache', '.sound').length === 2);
  t.match(await speak('再见。'), { engine: 'embedded' });
  t.match(await speak('再见。'), { engine: 'cache' });
});

void t.test('Studio says a segment again whose thread died, and no other', async (t) => {
  const workers: Worker[] = [];
  const note = (worker: Worker) => void workers.push(worker);
  process.on('worker', note);
  t.teardown(() => process.off('worker', note));
  const { studio, speak, counters } = open(t);
  await studio.warmUp(never);
  const [thread] = workers;
  const long = speak('你好，'.repeat(150));
  const others = ['第一句。', '第二句。', '第三句。'].map(async (text) => await speak(text));
  await until(() => studio.statistics.snapshot().endpoints[0]?.inFlight === 1);
  await thread?.terminate();
  t.same((await long).outcomes, ['embedded error', 'embedded good']);
  for (const { outcomes } of await Promise.all(others)) t.same(outcomes, ['embedded good']);
  t.equal(counters.failures, 1);
});

void t.test('warmUp() says what is wrong with the configured voice', async (t) => {
  const { studio } = open(t, { tts: { voice: 'nobody' } });
  await t.rejects(studio.warmUp(never), { code: 'configuration', problems: [{ path: 'tts.voice' }] });
});

void t.test('Studio leaves nothing that keeps a process alive, whatever was under way', async (t) => {
  const silent = await openSpeakingSovits(t, { tts: () => true });
  const speaking = await openSpeakingSovits(t);
  const program = join(import.meta.dirname, 'fixtures', 'opens-studio.ts');
  for (const [args, spoken] of [
    [[speaking.address, openFolder(t)], 'gsv'],
    [[silent.address, openFolder(t), 'impatient'], 'ended'],
  ] as const) {
    // One that does not end by itself is killed, which is a failure.
    const { stdout } = await promisify(execFile)(process.execPath, [program, ...args], {
      env: { PATH: process.env['PATH'] },
      timeout: 120_000,
    });
    t.equal(stdout, spoken);
  }
  await until(() => silent.sockets.size + speaking.sockets.size === 0);
});

void t.test('Studio.load() makes the embedded voice ready without a word', async (t) => {
  const { studio, speak } = open(t, { endpoints: ['http://127.0.0.1:1'] });
  const embedded = () =>
    studio.statistics.snapshot().endpoints.find(({ endpoint }) => endpoint === 'embedded')?.state;
  t.equal(embedded(), 'cold');
  await studio.load(never);
  t.equal(embedded(), 'closed');
  t.match(await speak('今天的宝贝都在下方。'), { engine: 'embedded' });
});
