/** A process that has no file left to open: argument 1 the folder of the cache. Prints what came of it as JSON. */
import { closeSync, openSync } from 'node:fs';
import { SpeechCache } from '../../../../workers/tts/cache/speech-cache.ts';
import { Told, keyOf, makeNoise } from './sounds.ts';

const [folder = ''] = process.argv.slice(2);
const told = new Told();
let now = Date.now();
const config = { maxMb: 1, ttlMs: 3_600_000, maxDiskMb: 1, variantAfter: 0, maxVariants: 1 };
const openCache = () =>
  new SpeechCache({
    folder,
    config,
    log: told.log,
    now: () => now,
    sweepAfterMs: 600_000,
    readLimitMs: 600_000,
  });
const cache = openCache();
const speak = async (from: SpeechCache, text: string) =>
  (
    await from.get(
      keyOf(text),
      async () => ({ sound: makeNoise(1), costMs: 1 }),
      new AbortController().signal,
    )
  ).from;
await speak(cache, 'first');
await cache.settled();

const files: number[] = [];
let code = '';
while (code === '') {
  try {
    files.push(openSync('/dev/null', 'r'));
  } catch (error) {
    code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}
const meanwhile: string[] = [];
for (const text of ['a', 'a', 'b', 'b']) {
  meanwhile.push(await speak(cache, text));
  await cache.settled();
}
for (const file of files) closeSync(file);
now += 60_000;
await speak(cache, 'c');
await cache.settled();
const afterwards = await speak(openCache(), 'c');
console.log(JSON.stringify({ code, meanwhile, warnings: told.warnings.length, afterwards }));
