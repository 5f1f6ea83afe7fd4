import { spawnSync } from 'node:child_process';
import { getEventListeners } from 'node:events';
import { readdirSync, rmSync } from 'node:fs';
import { open as openFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import t from 'tap';
import type { Test } from 'tap';
import { SpeechCache } from '../../../workers/tts/cache/speech-cache.ts';
import { ThreadPool } from '../../../workers/tts/engines/thread-pool.ts';
import { systemClock } from '../../../workers/tts/policies/clock.ts';
import type { Finisher } from '../../../workers/tts/policies/rendition.ts';
import { SynthesisFailedError } from '../../../workers/tts/synthesiser.ts';
import type { Order } from './fixtures/obeys-task.ts';
import type { Behaviour } from './policies/fake-endpoint.ts';
import { FakeEndpoint, makeRaw } from './policies/fake-endpoint.ts';
import type { SynthesiserParts } from './policies/make-synthesiser.ts';
import { judgeFake, makeSynthesiser, openMemoryCache, request } from './policies/make-synthesiser.ts';
import { VirtualClock } from './policies/virtual-clock.ts';
import { makeSound } from './make-sound.ts';

const hang: Behaviour = { ms: 0, fault: 'hang' };
const down: Behaviour = { ms: 1, fault: 'unreachable' };
const embeddedWell: Behaviour = { ms: 40 };

/** Engines by id, each endpoint with one behaviour for every request. */
async function open(
  t: Test,
  engines: Record<string, Behaviour[]>,
  {
    embedded = embeddedWell,
    ...parts
  }: Partial<Omit<SynthesiserParts, 'embedded'>> & { embedded?: Behaviour } = {},
) {
  const clock = new VirtualClock({ everywhere: true });
  t.teardown(() => clock[Symbol.dispose]());
  const fakes: FakeEndpoint[] = [];
  const fake = (name: string) => {
    const endpoint = new FakeEndpoint({ name, clock });
    fakes.push(endpoint);
    return endpoint;
  };
  const made = makeSynthesiser({
    clock,
    engines: Object.fromEntries(
      Object.entries(engines).map(([id, behaviours]) => [id, behaviours.map((_, at) => fake(`${id}-${at}`))]),
    ),
    embedded: fake('embedded'),
    ...parts,
  });
  await clock.finish(made.warmUp());
  const behaviours = [...Object.values(engines).flat(), embedded];
  for (const [at, endpoint] of fakes.entries()) endpoint.behave = () => behaviours[at] ?? { ms: 1 };
  const speak = async (text = '欢迎来到直播间。', signal = new AbortController().signal) => {
    const begunAt = clock.now();
    const spoken = await clock.finish(made.synthesiser.speak(request(text), signal));
    const outcomes = spoken.tries.map(({ endpoint, outcome }) => `${endpoint} ${outcome}`);
    return { ...spoken, outcomes, ms: clock.now() - begunAt };
  };
  return { ...made, clock, speak, fakes };
}

void t.test('speak() gives what the first engine says, and the same from the cache', async (t) => {
  await using cache = openMemoryCache();
  const { speak, counters, statistics } = await open(t, { gsv: [{ ms: 100 }] }, { cache });
  const first = await speak();
  t.match(first, { engine: 'gsv', outcomes: ['gsv-0 good'] });
  t.match(first.tries[0], { rung: 'plain', ms: 200, reasons: [], draw: { safer: false, streamed: true } });
  const second = await speak();
  t.match(second, { engine: 'cache', outcomes: [], sound: first.sound });
  t.match(counters, { cacheHits: 1, cacheMisses: 1, failures: 0, synthMs: 200, audioMs: 900 });
  t.equal(statistics.cacheHits, 1);
});

void t.test('speak() moves on at once when a connection is refused', async (t) => {
  const { speak } = await open(t, { gsv: [down, { ms: 100 }] });
  const { engine, outcomes, ms } = await speak();
  t.equal(engine, 'gsv');
  t.same(outcomes, ['gsv-0 unreachable', 'gsv-1 good']);
  t.ok(ms <= 205 + 150, `${ms} ms`);
});

void t.test('speak() is heard within 1.2 s when a server hangs', async (t) => {
  for (const engines of [{ gsv: [hang, { ms: 100 }] }, { gsv: [hang] }]) {
    const { speak, statistics, counters } = await open(t, engines);
    const { outcomes, tries, note, ms } = await speak();
    t.same(outcomes[0], 'gsv-0 quiet');
    t.same(tries[0]?.reasons, ['quiet for 600 ms']);
    if (engines.gsv.length === 1) t.equal(note, 'voice embedded, after gsv: quiet for 600 ms');
    t.ok(ms <= 1_200, `${ms} ms`);
    t.match(statistics.snapshot().endpoints[0], { failed: 1, faults: { quiet: 1 }, lost: 0 });
    t.equal(counters.failures, 1);
  }
});

void t.test('speak() redraws with other seeds what may not be heard, then goes on', async (t) => {
  const { speak, fakes, statistics } = await open(t, { gsv: [{ ms: 10, fault: 'bad' }] });
  const { engine, outcomes } = await speak();
  t.equal(engine, 'embedded');
  t.same(outcomes, ['gsv-0 rejected', 'gsv-0 rejected', 'gsv-0 rejected', 'embedded good']);
  const draws = fakes[0]?.asked.slice(-3).map(({ draw }) => draw) ?? [];
  t.equal(new Set(draws.map(({ seed }) => seed)).size, 3);
  t.same(
    draws.map(({ safer }) => safer),
    [false, false, true],
  );
  t.match(statistics.snapshot().endpoints[0], { rejects: { 'bad sound': 3 } });
});

void t.test('speak() draws the same for the same text in every process', async (t) => {
  const seeds: (number | undefined)[] = [];
  for (const text of ['欢迎', '欢迎', '再见']) {
    const { speak, fakes } = await open(t, { gsv: [{ ms: 10 }] });
    await speak(text);
    seeds.push(fakes[0]?.asked.at(-1)?.draw.seed);
  }
  t.equal(seeds[0], seeds[1]);
  t.not(seeds[0], seeds[2]);
});

void t.test('speak() has another seed drawn for each further rendition that the cache wants', async (t) => {
  await using cache = openMemoryCache(1);
  const { speak, fakes, clock } = await open(t, { gsv: [{ ms: 10 }] }, { cache });
  const begun = fakes[0]?.asked.length ?? 0;
  for (let play = 0; play < 8; play++) {
    t.equal((await speak()).engine, play === 0 ? 'gsv' : 'cache');
    await clock.pass(1_000);
  }
  const seeds = fakes[0]?.asked.slice(begun).map(({ draw }) => draw.seed) ?? [];
  t.equal(seeds.length, 3);
  t.equal(new Set(seeds).size, 3);
  t.equal(cache.stats().variants, 2);
});

void t.test('speak() takes an earlier rendition before the embedded voice', async (t) => {
  const sound = makeSound(1_000);
  const { speak, statistics } = await open(t, { gsv: [down] }, { findEarlier: async () => sound });
  t.match(await speak(), { engine: 'earlier', sound });
  t.equal(statistics.snapshot().earlier, 1);
});

void t.test('speak() does not keep the embedded voice for when the engine is back', async (t) => {
  await using cache = openMemoryCache();
  const { speak, fakes } = await open(t, { gsv: [down] }, { cache });
  t.equal((await speak()).engine, 'embedded');
  const [gsv] = fakes;
  if (gsv) gsv.behave = () => ({ ms: 10 });
  t.equal((await speak()).engine, 'gsv');
  t.equal((await speak()).engine, 'cache');
});

void t.test('speak() leaves the embedded voice its time, whatever the others do', async (t) => {
  // Heard, and never done: nobody is asked because of silence.
  const { speak } = await open(t, { gsv: [{ ms: 590 }] }, { timeoutMs: 5_000 });
  t.equal((await speak()).engine, 'gsv');
  const endless = await open(t, { gsv: [{ ms: 100 }] }, { timeoutMs: 5_000 });
  const [gsv] = endless.fakes;
  if (gsv) {
    gsv.speak = async (_, { signal, onFirstByte }) => {
      onFirstByte();
      await endless.clock.delay(60_000, signal);
      throw signal.reason;
    };
  }
  const { engine, ms } = await endless.speak();
  t.equal(engine, 'embedded');
  t.ok(ms >= 3_000 && ms < 3_200, `${ms} ms`);
});

void t.test('speak() waits for an embedded voice that is late, and for nobody else', async (t) => {
  const late = await open(t, { gsv: [hang] }, { embedded: { ms: 3_000 }, timeoutMs: 3_000 });
  const { engine, outcomes, ms } = await late.speak();
  t.equal(engine, 'embedded');
  t.same(outcomes, ['gsv-0 total-timeout', 'embedded good']);
  t.ok(ms > 6_000 && ms < 8_000, `${ms} ms`);
  const slow = await open(
    t,
    { gsv: [{ ms: 6_000 }] },
    { embedded: { ms: 1, fault: 'throw' }, timeoutMs: 3_000 },
  );
  const begunAt = slow.clock.now();
  await t.rejects(slow.speak(), SynthesisFailedError);
  t.equal(slow.clock.now() - begunAt, 3_000);
});

void t.test('speak() has an embedded voice that was busy until the deadline speak after it', async (t) => {
  const { clock, synthesiser } = await open(t, {}, { embedded: { ms: 2_000 }, timeoutMs: 3_000 });
  const { signal } = new AbortController();
  const ask = async (text: string) => await synthesiser.speak(request(text), signal);
  const both = await clock.finish(Promise.all([ask('一'), ask('二')]));
  t.same(
    both.map(({ engine, tries }) => [engine, tries.length]),
    [
      ['embedded', 1],
      ['embedded', 1],
    ],
  );
  t.equal(clock.now(), 8_000);
});

void t.test('speak() finishes the embedded voice by itself when the finisher hangs or dies', async (t) => {
  const dead = { finish: async () => await Promise.reject(new Error('a thread died')) };
  const hanging = { finish: async () => await new Promise<never>(() => undefined) };
  for (const finisher of [dead, hanging]) {
    const { speak } = await open(t, { gsv: [{ ms: 10 }] }, { finisher });
    const { engine, outcomes, ms } = await speak();
    t.equal(engine, 'embedded');
    t.same(outcomes, ['gsv-0 unjudged', 'embedded good']);
    t.ok(ms < 5_500, `${ms} ms`);
  }
});

void t.test('speak() never gives a sound that was refused, and says why there is none', async (t) => {
  const bad: Behaviour = { ms: 10, fault: 'bad' };
  const { speak, counters } = await open(t, { gsv: [bad], web: [down] }, { embedded: bad });
  await t.rejects(
    speak(),
    new SynthesisFailedError(
      'gsv: rejected (bad sound) ×3; web: unreachable; embedded: rejected (bad sound) ×2',
    ),
  );
  t.equal(counters.failures, 6);
});

void t.test('speak() ends at the deadline although everything hangs', async (t) => {
  const { clock, speak, counters } = await open(t, { gsv: [hang] }, { embedded: hang, timeoutMs: 3_000 });
  const begunAt = clock.now();
  await t.rejects(speak(), new SynthesisFailedError('gsv: total-timeout; embedded: total-timeout'));
  t.equal(clock.now() - begunAt, 11_000, 'with what the last resort has beyond it');
  t.match(counters, { failures: 2, timeouts: 2 });
});

void t.test('speak() throws the reason of the signal, which is no failure of anybody', async (t) => {
  const { clock, synthesiser, counters, endpoints } = await open(t, { gsv: [hang] });
  const stop = new AbortController();
  const speaking = synthesiser.speak(request('欢迎'), stop.signal);
  await clock.pass(300);
  stop.abort(new Error('a successor does it'));
  await t.rejects(clock.finish(speaking), { message: 'a successor does it' });
  t.equal(counters.failures, 0);
  t.match(endpoints[0]?.state, { state: 'closed', inFlight: 0 });
});

void t.test('speak() asks the embedded voice at once when it is the only one', async (t) => {
  const { speak, synthesiser } = await open(t, {});
  t.equal(synthesiser.engineName, 'embedded');
  t.match(await speak(), { engine: 'embedded', outcomes: ['embedded good'] });
});

void t.test('speak() does not wait for an engine that is left alone', async (t) => {
  const { speak, fakes } = await open(t, { gsv: [down] });
  for (let index = 0; index < 3; index++) await speak(`第${index}句。`);
  const asked = fakes[0]?.asked.length;
  const { outcomes } = await speak('再来一句。');
  t.same(outcomes, ['embedded good']);
  t.equal(fakes[0]?.asked.length, asked);
});

void t.test('speak() asks the embedded voice a second time when it failed, and no third time', async (t) => {
  const first = await open(t, {});
  const behaviours: Behaviour[] = [{ ms: 1, fault: 'throw' }, embeddedWell];
  const [embedded] = first.fakes;
  if (embedded) embedded.behave = () => behaviours.shift() ?? { ms: 1, fault: 'throw' };
  t.same((await first.speak()).outcomes, ['embedded error', 'embedded good']);
  t.equal(first.counters.failures, 1);
  await t.rejects(first.speak(), new SynthesisFailedError('embedded: error (a bug of an adapter) ×2'));
  t.equal(embedded?.asked.length, 4);
});

void t.test(
  'speak() gives all who want the same meanwhile one sound, and tells them who spoke',
  async (t) => {
    for (const [gsv, engine] of [
      [{ ms: 100 }, 'gsv'],
      [down, 'embedded'],
    ] as const) {
      await using cache = openMemoryCache();
      const { speak, fakes, counters } = await open(t, { gsv: [gsv] }, { cache });
      const before = fakes.map(({ asked }) => asked.length);
      const spoken = await Promise.all([speak(), speak(), speak()]);
      t.ok(spoken.every((one) => one.engine === engine && one.sound === spoken[0]?.sound));
      t.same(spoken[2]?.outcomes, spoken[0]?.outcomes);
      t.same(
        fakes.map(({ asked }, at) => asked.length - (before[at] ?? 0)),
        engine === 'gsv' ? [1, 0] : [1, 1],
      );
      t.match(counters, { cacheMisses: 1, cacheHits: 2 });
      t.equal((await speak()).engine, engine === 'gsv' ? 'cache' : 'embedded', 'kept, or not');
    }
  },
);

void t.test('speak() lets one who says stop leave alone, and ends the work with the last', async (t) => {
  await using cache = openMemoryCache();
  const { synthesiser, clock, fakes } = await open(t, { gsv: [{ ms: 500 }] }, { cache });
  const [leaving, staying, last] = [1, 2, 3].map(() => new AbortController());
  const ask = async (stop: AbortController | undefined) =>
    await synthesiser.speak(request('欢迎'), stop?.signal ?? new AbortController().signal);
  const left = ask(leaving);
  const stayed = ask(staying);
  await clock.pass(200);
  leaving?.abort(new Error('leaves'));
  await t.rejects(left, { message: 'leaves' });
  t.equal(fakes[0]?.inFlight, 1);
  t.equal((await clock.finish(stayed)).engine, 'gsv');
  const alone = synthesiser.speak(request('再见'), last?.signal ?? new AbortController().signal);
  await clock.pass(200);
  last?.abort(new Error('leaves too'));
  await t.rejects(alone, { message: 'leaves too' });
  await clock.pass(1);
  t.equal(fakes[0]?.inFlight, 0);
});

void t.test('speak() tries for itself when the one with whom it waited had no sound', async (t) => {
  await using cache = openMemoryCache();
  const { speak, fakes } = await open(t, {}, { cache });
  const behaviours: Behaviour[] = [
    { ms: 10, fault: 'bad' },
    { ms: 10, fault: 'bad' },
  ];
  const [embedded] = fakes;
  if (embedded) embedded.behave = () => behaviours.shift() ?? embeddedWell;
  const [first, second] = await Promise.allSettled([speak(), speak()]);
  t.match(first, {
    status: 'rejected',
    reason: new SynthesisFailedError('embedded: rejected (bad sound) ×2'),
  });
  t.match(second, { status: 'fulfilled', value: { outcomes: ['embedded good'] } });
});

void t.test('speak() ends at its own deadline, although it waited for another first', async (t) => {
  await using cache = openMemoryCache();
  const { synthesiser, clock } = await open(t, {}, { embedded: hang, timeoutMs: 3_000, cache });
  const ends: number[] = [];
  const begunAt = clock.now();
  const ask = async () => {
    await t.rejects(synthesiser.speak(request('欢迎'), new AbortController().signal), SynthesisFailedError);
    ends.push(clock.now() - begunAt);
  };
  const first = ask();
  await clock.pass(1_000);
  await clock.finish(Promise.all([first, ask()]));
  t.same(ends, [11_000, 11_000], 'it has waited longer than it may by then');
});

void t.test('speak() does without a cache that fails, before or after a sound was made', async (t) => {
  const fails = async () => await Promise.reject<never>(new Error('broken'));
  const warm = async () => ({ made: 0, present: 0, failed: 0 });
  const before = await open(t, { gsv: [{ ms: 10 }] }, { cache: { get: fails, warm } });
  t.equal((await before.speak()).engine, 'gsv');
  const get: SpeechCache['get'] = async (_, make, signal) => {
    await make(0, signal);
    return await fails();
  };
  const after = await open(t, { gsv: [{ ms: 10 }] }, { cache: { get, warm } });
  const asked = after.fakes[0]?.asked.length ?? 0;
  t.equal((await after.speak()).engine, 'gsv');
  t.equal(after.fakes[0]?.asked.length, asked + 1, 'it is not made twice');
  t.match(after.counters, { cacheMisses: 1, cacheHits: 0 });
  const ill = await open(t, { gsv: [down] }, { cache: { get, warm }, embedded: { ms: 1, fault: 'bad' } });
  await t.rejects(ill.speak(), SynthesisFailedError, 'and a failure is one');
});

void t.test('speak() is held up neither by a disk that hangs nor by one that fails', async (t) => {
  const folder = t.testdir({ file: '' });
  const log = pino({ level: 'silent' });
  const disk = { maxMb: 1, ttlMs: 3_600_000, maxDiskMb: 10, variantAfter: 0, maxVariants: 1 };
  const openOn = async (root: string) => {
    const cache = new SpeechCache({ folder: root, config: disk, log, readLimitMs: 20 });
    t.teardown(async () => await cache[Symbol.asyncDispose]());
    const endpoint = new FakeEndpoint({ name: 'gsv', clock: systemClock, behave: () => ({ ms: 1 }) });
    const embedded = new FakeEndpoint({ name: 'embedded', clock: systemClock });
    const made = makeSynthesiser({ clock: systemClock, engines: { gsv: [endpoint] }, embedded, cache });
    t.teardown(async () => await made[Symbol.asyncDispose]());
    await made.warmUp();
    const { signal } = new AbortController();
    return { cache, speak: async (text: string) => await made.synthesiser.speak(request(text), signal) };
  };

  const failing = await openOn(join(folder, 'file'));
  for (const engine of ['gsv', 'cache']) t.equal((await failing.speak('欢迎')).engine, engine);

  const root = join(folder, 'cache');
  const before = await openOn(root);
  await before.speak('慢');
  await before.cache.settled();
  const [stored] = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.sound'),
  );
  const pipe = join(root, stored ?? '');
  // Whoever opens it to read waits until somebody writes.
  rmSync(pipe);
  t.equal(spawnSync('mkfifo', [pipe]).status, 0);
  const hanging = await openOn(root);
  for (const text of ['慢', '欢迎']) t.equal((await hanging.speak(text)).engine, 'gsv');
  t.equal((await hanging.speak('慢')).engine, 'cache', 'memory goes on');
  const writer = await openFile(pipe, 'w');
  await writer.close();
});

void t.test(
  'speak() has a text said again whose thread came to the limit of its memory, and no other',
  async (t) => {
    const log = pino({ level: 'silent' });
    const file = new URL('fixtures/obeys-task.ts', import.meta.url);
    const pool = new ThreadPool<Order, number>({ file, threads: 2, maxWaiting: 20, heapMb: 64, log });
    t.teardown(async () => await pool[Symbol.asyncDispose]());
    const orders: Order['kind'][] = ['eat-memory'];
    const embedded = new FakeEndpoint({ name: 'embedded', clock: systemClock, slots: 2 });
    embedded.speak = async ({ text }, { signal }) => {
      await pool.run({ kind: orders.shift() ?? 'answer', value: 0 }, signal);
      return makeRaw(text);
    };
    const made = makeSynthesiser({ clock: systemClock, embedded, timeoutMs: 120_000 });
    t.teardown(async () => await made[Symbol.asyncDispose]());
    const { signal } = new AbortController();
    const spoken = await Promise.all(
      ['甲', '乙', '丙'].map(async (text) => await made.synthesiser.speak(request(text), signal)),
    );
    t.same(
      spoken.map(({ tries }) => tries.map(({ outcome }) => outcome)),
      [['error', 'good'], ['good'], ['good']],
    );
    t.match(spoken[0]?.tries[0]?.reasons, [/memory/i]);
  },
);

void t.test(
  'speak() has a sound judged again whose thread came to the limit of its memory, and no other',
  async (t) => {
    const log = pino({ level: 'silent' });
    const file = new URL('fixtures/obeys-task.ts', import.meta.url);
    const pool = new ThreadPool<Order, number>({ file, threads: 2, maxWaiting: 20, heapMb: 64, log });
    t.teardown(async () => await pool[Symbol.asyncDispose]());
    for (const [orders, outcomes] of [
      [['eat-memory'], ['good']],
      [['end-thread'], ['good']],
      [
        ['end-thread', 'end-thread'],
        ['unjudged', 'good'],
      ],
    ] as const) {
      const waiting: Order['kind'][] = [...orders];
      let judged = 0;
      const finish: Finisher['finish'] = async (raw) => {
        judged += 1;
        await pool.run({ kind: waiting.shift() ?? 'answer', value: 0 }, new AbortController().signal);
        return judgeFake(raw);
      };
      const gsv = new FakeEndpoint({ name: 'gsv', clock: systemClock, behave: () => ({ ms: 1 }) });
      const embedded = new FakeEndpoint({ name: 'embedded', clock: systemClock });
      // Nothing is late, however busy the machine is.
      const forever = async (_: number, stop: AbortSignal) => await systemClock.delay(600_000, stop);
      const clock = { now: () => 0, delay: forever };
      const made = makeSynthesiser({ clock, engines: { gsv: [gsv] }, embedded, finisher: { finish } });
      t.teardown(async () => await made[Symbol.asyncDispose]());
      await made.warmUp();
      const asked = gsv.asked.length;
      const { tries } = await made.synthesiser.speak(request('欢迎'), new AbortController().signal);
      t.same(
        tries.map(({ outcome }) => outcome),
        outcomes,
        orders.join(),
      );
      t.equal(gsv.asked.length - asked, 1, 'the engine is not asked again');
      t.equal(judged, orders.length + 1);
    }
  },
);

void t.test('speak() does not take what was made with other settings for the same', async (t) => {
  await using cache = openMemoryCache();
  for (const [settings, engine] of [
    ['a', 'gsv'],
    ['a', 'cache'],
    ['b', 'gsv'],
  ] as const) {
    const { speak } = await open(t, { gsv: [{ ms: 10 }] }, { cache, settings: new Map([['gsv', settings]]) });
    t.equal((await speak()).engine, engine);
  }
});

void t.test(
  'makeAhead() has the cache ready for who asks, also when the engine is there only later',
  async (t) => {
    await using cache = openMemoryCache();
    const { synthesiser, speak, clock, fakes } = await open(t, { gsv: [down] }, { cache });
    const { signal } = new AbortController();
    const making = synthesiser.makeAhead([request('欢迎'), request('再见')], signal);
    await clock.pass(500);
    t.equal(cache.stats().memoryEntries, 0, 'the embedded voice is no rendition of it');
    const [gsv] = fakes;
    if (gsv) gsv.behave = () => ({ ms: 10 });
    await clock.finish(making);
    for (const text of ['欢迎', '再见']) t.equal((await speak(text)).engine, 'cache');
    t.equal(getEventListeners(signal, 'abort').length, 0);
  },
);

void t.test('makeAhead() ends when it is told to', async (t) => {
  await using cache = openMemoryCache();
  const { synthesiser, clock, endpoints } = await open(t, { gsv: [hang] }, { cache });
  const stop = new AbortController();
  const making = synthesiser.makeAhead([request('欢迎'), request('再见')], stop.signal);
  await clock.pass(100);
  stop.abort(new Error('the end'));
  await clock.finish(making);
  await clock.pass(1);
  t.match(endpoints[0]?.state, { inFlight: 0 });
});

void t.test('speak() logs in their own words what endpoints failed with', async (t) => {
  const lines: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) });
  const { speak } = await open(t, { gsv: [{ ms: 1, fault: 'garbage' }], web: [down] }, { log, redraws: 0 });
  await speak();
  const [entry] = lines.map((line) => JSON.parse(line) as { msg: string; said: string[] });
  t.match(entry, { msg: 'tries failed', said: [/^gsv-0: .*garbage/, /^web-0: .*unreachable/] });
});

void t.test('speak() tells in its note that the wanted voice is left alone', async (t) => {
  const { speak } = await open(t, { gsv: [{ ms: 1, fault: 'unreachable' }] });
  for (let times = 0; times < 3; times++) await speak();
  t.match(await speak(), {
    engine: 'embedded',
    note: 'voice embedded, after gsv: left alone for its failures',
  });
});
