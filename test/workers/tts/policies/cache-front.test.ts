import t from 'tap';
import type { Made, SpeechCache } from '../../../../workers/tts/policies/cache-front.ts';
import { CacheFront } from '../../../../workers/tts/policies/cache-front.ts';
import { SoundCache } from '../../../../workers/tts/sound-cache.ts';
import { makeSound } from '../make-sound.ts';
import { VirtualClock } from './virtual-clock.ts';

const { signal } = new AbortController();
const soundCache = () => new SoundCache({ maxBytes: 1_000_000, ttlMs: 60_000 });

function makeFront(cache: SpeechCache, { takesMs = 100, isKept = true, fails = false } = {}) {
  const clock = new VirtualClock();
  const front = new CacheFront<Made>({ cache, clock });
  const counts = { made: 0 };
  const make = async () => {
    counts.made += 1;
    await clock.delay(takesMs, signal);
    if (fails) throw new Error('nobody could');
    return { sound: makeSound(1_000 + counts.made), isKept };
  };
  const get = async (caller = signal) => await front.get('key', { make, sharedMs: 4_000, signal: caller });
  return { clock, get, counts };
}

void t.test('get() makes what is not there, and gives what is', async (t) => {
  const { clock, get, counts } = makeFront(soundCache());
  t.ok('made' in (await clock.finish(get())));
  t.match(await clock.finish(get()), { kept: makeSound(1_001) });
  t.equal(counts.made, 1);
});

void t.test(
  'get() gives everybody who asks meanwhile the same sound, also one that is not kept',
  async (t) => {
    const { clock, get, counts } = makeFront(soundCache(), { isKept: false });
    await clock.finish(Promise.all([get(), get(), get()]));
    t.equal(counts.made, 1);
    await clock.finish(get());
    t.equal(counts.made, 2, 'it was not kept');
  },
);

void t.test('get() does without a cache that hangs or fails', async (t) => {
  const hanging: SpeechCache = { get: async () => await new Promise(() => undefined) };
  const { clock, get } = makeFront(hanging);
  t.ok('made' in (await clock.finish(get())));
  t.equal(clock.now(), 350);
  const failing: SpeechCache = {
    get() {
      throw new Error('the disk is full');
    },
  };
  const other = makeFront(failing);
  t.ok('made' in (await other.clock.finish(other.get())));
});

void t.test('get() does not wait for a cache that is slow to keep, or to begin', async (t) => {
  const forEver = new Promise<never>(() => undefined);
  const keeping: SpeechCache = {
    async get(_, make) {
      await make();
      return await forEver;
    },
  };
  const { clock, get } = makeFront(keeping);
  await clock.finish(get());
  t.equal(clock.now(), 100);
  const beginning: SpeechCache = {
    async get(_, make) {
      await slow.clock.delay(300, signal);
      return await make();
    },
  };
  const slow = makeFront(beginning);
  await slow.clock.finish(slow.get());
  t.equal(slow.counts.made, 1, 'it is made once, however late the cache asks for it');
});

void t.test('get() tells the failure, and the reason of the signal at once', async (t) => {
  const { clock, get } = makeFront(soundCache(), { fails: true });
  await t.rejects(clock.finish(get()), { message: 'nobody could' });
  const stop = new AbortController();
  const getting = get(stop.signal);
  stop.abort(new Error('given up'));
  await t.rejects(getting, { message: 'given up' });
});

void t.test('get() tries for itself when the one who makes it fails or is late', async (t) => {
  const { clock, get, counts } = makeFront(soundCache(), { takesMs: 10_000 });
  await clock.finish(Promise.all([get(), get()]));
  t.equal(counts.made, 2);
  const failing = makeFront(soundCache(), { fails: true });
  const results = await failing.clock.finish(Promise.allSettled([failing.get(), failing.get()]));
  t.same(
    results.map(({ status }) => status),
    ['rejected', 'rejected'],
  );
  t.equal(failing.counts.made, 2);
});
