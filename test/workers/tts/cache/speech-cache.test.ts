import { getEventListeners } from 'node:events';
import { readdirSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { Sound } from '../../../../workers/tts/engine.ts';
import { SpeechCache } from '../../../../workers/tts/cache/speech-cache.ts';
import type { Made, SpeechCacheOptions } from '../../../../workers/tts/cache/speech-cache.ts';
import { Told, keyOf, makeNoise, openFolder } from './sounds.ts';
import type { Teardown } from './sounds.ts';

const config = { maxMb: 1, ttlMs: 60_000, maxDiskMb: 10, variantAfter: 0, maxVariants: 3 };
const memoryOnly = { ...config, maxDiskMb: 0 };
const signal = new AbortController().signal;
const sound = makeNoise(1);
const make = async (variant: number): Promise<Made> => ({ sound: makeNoise(variant), costMs: 100 });
const never = async (): Promise<Made> => await Promise.reject(new Error('made although it was there'));

function open(t: Teardown, changes: Partial<SpeechCacheOptions> = {}) {
  const told = new Told();
  const clock = { now: 1_790_000_000_000 };
  const cache = new SpeechCache({
    folder: openFolder(t),
    config,
    log: told.log,
    now: () => clock.now,
    sweepAfterMs: 600_000,
    readLimitMs: 600_000,
    quietMs: 1,
    ...changes,
  });
  t.teardown(async () => await cache[Symbol.asyncDispose]());
  return { cache, told, clock };
}

/** Work that is done when it is told to; it heeds its signal. */
function openWork() {
  const work = Promise.withResolvers<Made>();
  const begun = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  const state = { times: 0, stopped: 0 };
  const slowly = async (_: number, stop: AbortSignal) => {
    state.times += 1;
    begun.resolve();
    const stopped = Promise.withResolvers<never>();
    stop.addEventListener('abort', () => {
      state.stopped += 1;
      ended.resolve();
      stopped.reject(stop.reason);
    });
    return await Promise.race([work.promise, stopped.promise]);
  };
  return { ...work, begun: begun.promise, stopped: ended.promise, state, slowly };
}

const same = (one: Sound, other: Sound) => Buffer.from(one.pcm).equals(other.pcm);

void t.test('SpeechCache makes a sound once and then has it', async (t) => {
  const { cache } = open(t);
  t.same(await cache.get(keyOf('a'), async () => ({ sound, costMs: 1 }), signal), { sound, from: 'made' });
  const again = await cache.get(keyOf('a'), never, signal);
  t.equal(again.from, 'memory');
  t.equal(again.sound, sound);
  t.match(cache.stats(), { memoryHits: 1, diskHits: 0, misses: 1, joined: 0, memoryEntries: 1 });
  t.equal(getEventListeners(signal, 'abort').length, 0);
});

void t.test('SpeechCache joins those who ask while a sound is being made', async (t) => {
  const { cache } = open(t, { config: memoryOnly });
  const work = openWork();
  const asked = Promise.all(
    ['a', 'a', 'b'].map(async (text) => await cache.get(keyOf(text), work.slowly, signal)),
  );
  await work.begun;
  work.resolve({ sound, costMs: 1 });
  t.same(
    (await asked).map(({ from }) => from),
    ['made', 'joined', 'made'],
  );
  t.equal(work.state.times, 2);
  t.match(cache.stats(), { misses: 2, joined: 1 });
});

void t.test('SpeechCache tells a failure to all who wait, and forgets it', async (t) => {
  const { cache } = open(t);
  const fail = async () => await Promise.reject<Made>(new Error('broken'));
  const asked = [cache.get(keyOf('a'), fail, signal), cache.get(keyOf('a'), fail, signal)];
  t.match(await Promise.allSettled(asked), [
    { status: 'rejected', reason: { message: 'broken' } },
    { status: 'rejected', reason: { message: 'broken' } },
  ]);
  t.equal((await cache.get(keyOf('a'), make, signal)).from, 'made');
});

void t.test(
  'SpeechCache lets one who joined leave alone, and stops the making when the last has left',
  async (t) => {
    const { cache } = open(t, { config: memoryOnly });
    const work = openWork();
    const [first, second] = [new AbortController(), new AbortController()];
    const leaves = cache.get(keyOf('a'), work.slowly, first.signal);
    const stays = cache.get(keyOf('a'), work.slowly, second.signal);
    await work.begun;
    first.abort(new Error('first leaves'));
    await t.rejects(leaves, { message: 'first leaves' });
    t.equal(work.state.stopped, 0);
    second.abort(new Error('second leaves'));
    await t.rejects(stays, { message: 'second leaves' });
    t.equal(work.state.stopped, 1);
    t.equal((await cache.get(keyOf('a'), make, signal)).from, 'made', 'and it can be asked for again');
    await t.rejects(cache.get(keyOf('a'), make, first.signal), { message: 'first leaves' });
  },
);

void t.test('SpeechCache has on disk what memory has not', async (t) => {
  const folder = openFolder(t);
  const before = open(t, { folder });
  const { sound: made } = await before.cache.get(keyOf('a'), make, signal);
  await before.cache.settled();
  const after = open(t, { folder });
  const found = await after.cache.get(keyOf('a'), never, signal);
  t.equal(found.from, 'disk');
  t.ok(same(found.sound, made));
  t.same([found.sound.sampleRateHz, found.sound.figures], [made.sampleRateHz, made.figures]);
  t.equal((await after.cache.get(keyOf('a'), never, signal)).from, 'memory');
  t.equal((await after.cache.get(keyOf('a', { voice: 'other' }), make, signal)).from, 'made');
  t.match(after.cache.stats(), { diskHits: 1, memoryHits: 1, misses: 1 });
});

void t.test('SpeechCache makes again what is too old', async (t) => {
  const { cache, clock } = open(t);
  await cache.get(keyOf('a'), make, signal);
  await cache.settled();
  clock.now += 60_000;
  t.equal((await cache.get(keyOf('a'), make, signal)).from, 'made');
  t.equal((await cache.get(keyOf('a'), never, signal)).from, 'memory');
});

void t.test('SpeechCache makes again what is damaged on disk, and repairs it', async (t) => {
  const folder = openFolder(t);
  const before = open(t, { folder });
  await before.cache.get(keyOf('a'), make, signal);
  await before.cache.settled();
  for (const file of filesIn(folder)) truncateSync(file, 1_000);
  const after = open(t, { folder });
  t.equal((await after.cache.get(keyOf('a'), make, signal)).from, 'made');
  t.equal(after.cache.stats().damaged, 1);
  await after.cache.settled();
  t.equal((await open(t, { folder }).cache.get(keyOf('a'), never, signal)).from, 'disk');
});

void t.test('SpeechCache gives a sound that is larger than itself, without keeping it', async (t) => {
  const { cache } = open(t, { config: { ...config, maxDiskMb: 1 } });
  const huge = async () => ({ sound: makeNoise(1, 2_000_000), costMs: 1 });
  t.equal((await cache.get(keyOf('a'), huge, signal)).sound.pcm.byteLength, 2_000_000);
  t.equal((await cache.get(keyOf('a'), huge, signal)).from, 'made');
  t.equal(cache.stats().memoryBytes, 0);
});

void t.test('SpeechCache draws other renditions of what is repeated, which then take turns', async (t) => {
  const folder = openFolder(t);
  const { cache, clock } = open(t, { folder, config: { ...config, variantAfter: 3 } });
  const drawn = [1, 2].map(() => Promise.withResolvers<void>());
  const numbers: number[] = [];
  const draw = async (variant: number) => {
    numbers.push(variant);
    drawn[variant - 1]?.resolve();
    return await make(variant);
  };
  const play = async () => (await cache.get(keyOf('a'), draw, signal)).sound.pcm[0];
  const once = await play();
  for (let repetition = 0; repetition < 3; repetition++) t.equal(await play(), once);
  await drawn[0]?.promise;
  for (let repetition = 0; repetition < 4; repetition++) await play();
  await drawn[1]?.promise;
  await cache.settled();
  const heard: unknown[] = [];
  for (let repetition = 0; repetition < 30; repetition++) heard.push(await play());
  t.equal(new Set(heard).size, 3);
  t.notOk(
    heard.some((each, index) => each === heard[index + 1]),
    'never the same twice in a row',
  );
  t.same(numbers, [0, 1, 2], 'and no more than may be');
  t.equal(cache.stats().variants, 2);
  await cache.settled();
  const after = open(t, { folder, now: () => clock.now });
  const later = [1, 2, 3].map(async () => (await after.cache.get(keyOf('a'), never, signal)).sound.pcm[0]);
  await Promise.all(later);
  const next = [];
  for (let repetition = 0; repetition < 3; repetition++)
    next.push((await after.cache.get(keyOf('a'), never, signal)).sound.pcm[0]);
  t.equal(new Set(next).size, 3, 'all of them are there in the next life');
});

void t.test('SpeechCache goes on with one rendition when no other can be drawn', async (t) => {
  const { cache } = open(t, { config: { ...memoryOnly, variantAfter: 1 } });
  const failed = Promise.withResolvers<void>();
  const draw = async (variant: number) => {
    if (variant === 0) return await make(0);
    failed.resolve();
    throw new Error('broken');
  };
  for (let play = 0; play < 4; play++) await cache.get(keyOf('a'), draw, signal);
  await failed.promise;
  t.equal((await cache.get(keyOf('a'), draw, signal)).from, 'memory');
  t.equal(cache.stats().variants, 0);
});

void t.test(
  'SpeechCache finds an earlier rendition by any engine, in memory, on disk, and when it is old',
  async (t) => {
    const folder = openFolder(t);
    const { cache, clock } = open(t, { folder });
    t.equal(await cache.findEarlier('a'), undefined);
    const { sound: made } = await cache.get(keyOf('a', { engine: 'other', voice: 'x' }), make, signal);
    clock.now += 3_600_000;
    t.equal(await cache.findEarlier('a'), made);
    await cache.settled();
    const after = open(t, { folder, now: () => clock.now });
    const found = await after.cache.findEarlier('a');
    t.ok(found && same(found, made));
    t.equal(await after.cache.findEarlier('b'), undefined);
  },
);

void t.test('SpeechCache makes ahead what is missing, one at a time', async (t) => {
  const { cache } = open(t);
  await cache.get(keyOf('a'), make, signal);
  let running = 0;
  const alone = async (variant: number) => {
    running += 1;
    if (running > 1) t.fail('two at once');
    await new Promise(setImmediate);
    running -= 1;
    return await make(variant);
  };
  const wanted = ['a', 'b', 'c'].map((text) => ({ key: keyOf(text), make: alone }));
  t.same(await cache.warm(wanted, signal), { made: 2, present: 1, failed: 0 });
  t.same(await cache.warm(wanted, signal), { made: 0, present: 3, failed: 0 });
  t.equal((await cache.get(keyOf('c'), never, signal)).from, 'memory');
  t.equal(getEventListeners(signal, 'abort').length, 0);
});

void t.test('SpeechCache leaves off making ahead when somebody waits, and goes on afterwards', async (t) => {
  const { cache } = open(t, { config: memoryOnly });
  const ahead = openWork();
  let again = 0;
  const twice = async (variant: number, stop: AbortSignal) => {
    if (ahead.state.times === 0) return await ahead.slowly(variant, stop);
    again += 1;
    return await make(variant);
  };
  const warmed = cache.warm([{ key: keyOf('ahead'), make: twice }], signal);
  await ahead.begun;
  const real = openWork();
  const asked = cache.get(keyOf('now'), real.slowly, signal);
  await real.begun;
  await ahead.stopped;
  t.equal(again, 0, 'it is not begun again meanwhile');
  real.resolve({ sound, costMs: 1 });
  await asked;
  t.same(await warmed, { made: 1, present: 0, failed: 0 });
  t.equal(again, 1);
});

void t.test('SpeechCache gives one who asks for what is just made ahead that very sound', async (t) => {
  const { cache } = open(t, { config: memoryOnly });
  const work = openWork();
  const warmed = cache.warm([{ key: keyOf('a'), make: work.slowly }], signal);
  await work.begun;
  const asked = cache.get(keyOf('a'), never, signal);
  work.resolve({ sound, costMs: 1 });
  t.same(await asked, { sound, from: 'joined' });
  t.same(await warmed, { made: 0, present: 1, failed: 0 });
  t.equal(work.state.stopped, 0);
});

void t.test('SpeechCache stops making ahead when it is told to', async (t) => {
  const { cache } = open(t, { config: memoryOnly });
  const work = openWork();
  const stop = new AbortController();
  const wanted = ['a', 'b'].map((text) => ({ key: keyOf(text), make: work.slowly }));
  const warmed = cache.warm(wanted, stop.signal);
  await work.begun;
  stop.abort();
  t.same(await warmed, { made: 0, present: 0, failed: 2 });
  t.same(work.state, { times: 1, stopped: 1 });
});

void t.test('SpeechCache ends with what it put on disk', async (t) => {
  const folder = openFolder(t);
  const { cache } = open(t, { folder });
  for (const text of ['a', 'b', 'c']) await cache.get(keyOf(text), make, signal);
  await cache.settled();
  await cache[Symbol.asyncDispose]();
  await cache[Symbol.asyncDispose]();
  t.equal(filesIn(folder).length, 3);
});

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.sound'))
    .map((name) => join(folder, name));
}
