import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { GrowthWatch } from '../../../../ops/bench/audio/growth-watch.ts';
import { delay } from '../../../../workers/delay.ts';

const frameBytes = 1_920;

void t.test('GrowthWatch sees a recording grow, and how far it is behind the clock', async (t) => {
  const home = t.testdir();
  const file = join(home, 'audio', 'a.wav');
  mkdirSync(join(home, 'audio'));
  const startedAt = Date.now() - 5_000;
  writeFileSync(file, Buffer.alloc(44));
  writeFileSync(`${file}.json`, JSON.stringify({ startedAt }));
  using watch = new GrowthWatch(home, 'a');
  const until = async (samples: number) => {
    const signal = AbortSignal.timeout(10_000);
    while ((watch.growth.at(-1)?.samples ?? 0) < samples && (await delay(2, signal)));
    signal.throwIfAborted();
  };
  appendFileSync(file, Buffer.alloc(frameBytes));
  await until(960);
  appendFileSync(file, Buffer.alloc(50 * frameBytes));
  await until(51 * 960);
  t.same(
    watch.growth.map(({ samples }) => samples),
    [960, 51 * 960],
  );
  const [first, second] = watch.growth.map(({ atMs }) => atMs);
  t.ok((second ?? 0) > (first ?? Infinity));
  t.ok(Math.abs((second ?? 0) - Date.now()) < 30_000, 'unix milliseconds');
  const behind = (second ?? 0) - startedAt - 1_020;
  t.ok(Math.abs(watch.behindMs(60_000) - behind) < 0.001);
  watch[Symbol.dispose]();
});

void t.test('GrowthWatch refuses where there is no recording', (t) => {
  const home = t.testdir({ audio: {} });
  t.throws(() => new GrowthWatch(home, 'a'), { code: 'ENOENT' });
  t.end();
});
