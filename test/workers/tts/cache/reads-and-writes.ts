/** A process that hammers a shared folder: argument 1 the folder, 2 its seed, 3 how many sentences. Prints what it found as JSON. */
import { SpeechCache } from '../../../../workers/tts/cache/speech-cache.ts';
import { Told, keyOf, makeNoise } from './sounds.ts';

const [folder = '', seed = '1', count = '1000'] = process.argv.slice(2);
const told = new Told();
const texts = 120;
const bytesOf = (text: number) => 5_000 + ((text * 7_919) % 20_000);
const config = { maxMb: 1, ttlMs: 3_600_000, maxDiskMb: 1, variantAfter: 2, maxVariants: 2 };
const cache = new SpeechCache({
  folder,
  config,
  log: told.log,
  sweepAfterMs: 0,
  readLimitMs: 600_000,
  quietMs: 0,
});
let state = Number(seed);
let wrong = 0;
for (let number = 0; number < Number(count); number++) {
  state = (state * 48_271) % 2_147_483_647;
  const text = state % texts;
  const { sound } = await cache.get(
    keyOf(`${text}`),
    async () => ({ sound: makeNoise(text, bytesOf(text)), costMs: 10 }),
    new AbortController().signal,
  );
  if (!Buffer.from(sound.pcm).equals(makeNoise(text, bytesOf(text)).pcm)) wrong += 1;
}
await cache.settled();
const stats = cache.stats();
await cache[Symbol.asyncDispose]();
console.log(JSON.stringify({ wrong, warnings: told.warnings, stats }));
