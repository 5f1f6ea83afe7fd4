import t from 'tap';
import type { Sound } from '../../../workers/tts/engine.ts';
import { SoundCache, soundKey } from '../../../workers/tts/sound-cache.ts';
import { makeSound } from './make-sound.ts';

const options = { maxBytes: 100_000, ttlMs: 60_000 };

void t.test('SoundCache makes a sound once and then has it', async (t) => {
  const cache = new SoundCache(options);
  const sound = makeSound(100);
  t.equal(await cache.get('a', async () => sound), sound);
  t.equal(await cache.get('a', async () => t.fail('made twice') as never), sound);
  t.same([cache.hits, cache.misses], [1, 1]);
});

void t.test('SoundCache joins those who ask while a sound is being made', async (t) => {
  const cache = new SoundCache(options);
  const making = Promise.withResolvers<Sound>();
  let made = 0;
  const make = async () => {
    made += 1;
    return await making.promise;
  };
  const asked = Promise.all([cache.get('a', make), cache.get('a', make), cache.get('b', make)]);
  making.resolve(makeSound(100));
  await asked;
  t.equal(made, 2);
});

void t.test('SoundCache tells a failure to all who wait, and forgets it', async (t) => {
  const cache = new SoundCache(options);
  const fail = async () => await Promise.reject<Sound>(new Error('broken'));
  const asked = await Promise.allSettled([cache.get('a', fail), cache.get('a', fail)]);
  t.same(
    asked.map(({ status }) => status),
    ['rejected', 'rejected'],
  );
  t.ok(await cache.get('a', async () => makeSound(100)));
});

void t.test('SoundCache stays within its bytes', async (t) => {
  const cache = new SoundCache(options);
  for (let number = 0; number < 50; number++) await cache.get(`${number}`, async () => makeSound(5_000));
  const hits = cache.hits;
  await cache.get('0', async () => makeSound(5_000));
  t.equal(cache.hits, hits, 'the oldest is gone');
  await cache.get('49', async () => t.fail('the newest is gone') as never);
});

void t.test('SoundCache gives a sound that is larger than itself, without keeping it', async (t) => {
  const cache = new SoundCache(options);
  t.equal((await cache.get('a', async () => makeSound(90_000))).pcm.byteLength, 180_000);
});

void t.test('soundKey() differs with all that changes the sound', async (t) => {
  const loudness = { targetLufs: -16, peakDbtp: -1 };
  const request = { text: '你好', voice: 'cmn', speed: 1, loudness };
  const keys = [
    soundKey('espeak', request),
    soundKey('other', request),
    soundKey('espeak', { ...request, text: '好' }),
    soundKey('espeak', { ...request, voice: 'yue' }),
    soundKey('espeak', { ...request, speed: 1.1 }),
    soundKey('espeak', { ...request, loudness: { ...loudness, targetLufs: -18 } }),
    soundKey('espeak', { ...request, loudness: { ...loudness, peakDbtp: -2 } }),
  ];
  t.equal(new Set(keys).size, keys.length);
});
