import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import t from 'tap';
import type { MusicBlock } from '../../../../workers/audio/mix/music-buffer.ts';
import { MusicFeed } from '../../../../workers/audio/mix/music-feed.ts';
import type { MusicFeedOptions } from '../../../../workers/audio/mix/music-feed.ts';
import { MusicOrder } from '../../../../workers/audio/mix/music-order.ts';
import { strengthOf } from '../fixtures.ts';
import { sine, wavFile } from './wav-file.ts';

function open(t: Test, given: Partial<MusicFeedOptions> = {}) {
  const stop = new AbortController();
  const folder = given.folder ?? t.testdir();
  const troubles: string[] = [];
  const files: string[] = [];
  const feed = new MusicFeed({
    folder,
    order: new MusicOrder({ shuffle: false, random: Math.random }),
    onFile: (name) => files.push(name),
    onTrouble: (text) => troubles.push(text),
    signal: stop.signal,
    lookAgainMs: 10,
    ...given,
  });
  const blocks = feed.blocks();
  t.teardown(async () => {
    stop.abort();
    await blocks.return(undefined);
  });
  const next = async (): Promise<MusicBlock> => {
    const { value } = await blocks.next();
    if (!value) throw new Error('The feed ended');
    return value;
  };
  return { folder, troubles, files, next, stop, blocks };
}

function write(folder: string, name: string, { hz, seconds }: { hz: number; seconds: number }): void {
  const channels = [sine(hz, 48_000, 0.5)];
  const samples = seconds * 48_000;
  writeFileSync(
    join(folder, name),
    wavFile({ encoding: 'integer', bits: 16, rateHz: 48_000, channels, samples }),
  );
}

/** Tells how often somebody has looked for the next file. */
class CountingOrder extends MusicOrder {
  looks = 0;
  #looked: () => void = () => undefined;

  constructor() {
    super({ shuffle: false, random: Math.random });
  }

  override next(names: readonly string[]): string | undefined {
    this.looks += 1;
    this.#looked();
    return super.next(names);
  }

  async until(looks: number): Promise<void> {
    while (this.looks < looks) await new Promise<void>((resolve) => (this.#looked = resolve));
  }
}

const strong = ({ pcm }: MusicBlock, hz: number) => strengthOf(hz, pcm.subarray(0, 4_800), 48_000) > 10_000;

void t.test('blocks() plays every file in turn, for ever, without a gap between', async (t) => {
  const { folder, files, next, troubles } = open(t);
  write(folder, '1.wav', { hz: 500, seconds: 1.5 });
  write(folder, '2.wav', { hz: 900, seconds: 1.5 });
  const heard = [await next(), await next(), await next(), await next()];
  t.strictSame(
    heard.map(({ place }) => [place.file, Math.round(place.ms / 100)]),
    [
      ['1.wav', 0],
      ['1.wav', 10],
      ['2.wav', 5],
      ['1.wav', 0],
    ],
  );
  t.strictSame(
    heard.map((block) => strong(block, 500)),
    [true, true, false, true],
  );
  t.strictSame(files, ['1.wav', '2.wav', '1.wav']);
  t.strictSame(troubles, []);
});

void t.test('blocks() goes on where an earlier process was, and after that with the next file', async (t) => {
  const folder = t.testdir();
  write(folder, '1.wav', { hz: 500, seconds: 1 });
  write(folder, '2.wav', { hz: 900, seconds: 4 });
  const from = { file: '2.wav', ms: 2_500, entry: { byte: 96_044, ms: 1_000 } };
  const { next } = open(t, { folder, from });
  const [first, second] = [await next(), await next()];
  t.match(first.place, { file: '2.wav', ms: 2_500 });
  t.ok(strong(first, 900));
  t.match(second.place, { file: '2.wav', ms: 3_500 });
  t.match((await next()).place, { file: '1.wav' });
});

void t.test('blocks() goes on elsewhere when that file or place is gone', async (t) => {
  const folder = t.testdir();
  write(folder, '1.wav', { hz: 500, seconds: 2 });
  write(folder, '3.wav', { hz: 900, seconds: 2 });
  const entry = { byte: 0, ms: 0 };
  t.match((await open(t, { folder, from: { file: '2.wav', ms: 0, entry } }).next()).place, { file: '3.wav' });
  const beyond = open(t, { folder, from: { file: '1.wav', ms: 99_000, entry } });
  t.match((await beyond.next()).place, { file: '3.wav', ms: 0 });
  t.strictSame(beyond.troubles, []);
});

void t.test('blocks() tells once of what cannot be played, and plays it when it has changed', async (t) => {
  const { folder, next, troubles } = open(t);
  writeFileSync(join(folder, '1.mp3'), 'no music');
  writeFileSync(join(folder, 'cover.jpg'), 'not even meant to be');
  write(folder, '2.wav', { hz: 900, seconds: 1 });
  write(folder, '3.wav', { hz: 900, seconds: 0.01 });
  // The end of a second may be of the short one, before it is known to be short.
  for (let count = 0; count < 4; count++) await next();
  t.match((await next()).place, { file: '2.wav' });
  t.equal(troubles.length, 2);
  t.match(troubles[0], /cannot play the music "1.mp3": .*neither WAV/);
  t.match(troubles[1], /cannot play the music "3.wav": .*too short/);
  write(folder, '1.mp3', { hz: 500, seconds: 1 });
  const heard = [await next(), await next()];
  t.ok(heard.some(({ place }) => place.file === '1.mp3'));
  t.equal(troubles.length, 2);
});

void t.test('blocks() waits for a folder that is empty or away, and says so once', async (t) => {
  const folder = join(t.testdir(), 'music');
  const order = new CountingOrder();
  const { next, troubles, blocks, stop } = open(t, { folder, order });
  const first = next();
  await order.until(3);
  t.equal(troubles.length, 2);
  t.match(troubles[0], /cannot read the music folder/);
  mkdirSync(folder);
  write(folder, '1.wav', { hz: 500, seconds: 1 });
  t.match((await first).place, { file: '1.wav' });
  rmSync(folder, { recursive: true });
  const end = blocks.next();
  await order.until(order.looks + 3);
  stop.abort();
  t.match(await end, { done: true });
  t.equal(troubles.length, 4);
});

void t.test('blocks() leaves a file alone that ended what decoded it', async (t) => {
  const folder = t.testdir();
  write(folder, '1.wav', { hz: 500, seconds: 1 });
  write(folder, '2.wav', { hz: 900, seconds: 1 });
  const from = { file: '1.wav', ms: 100, entry: { byte: 0, ms: 0 } };
  const { next, troubles } = open(t, { folder, avoid: '1.wav', from });
  t.match((await next()).place, { file: '2.wav' });
  t.match((await next()).place, { file: '2.wav' });
  t.match(troubles, [/cannot play the music "1.wav": .*ended by it/]);
});
