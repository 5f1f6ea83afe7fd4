import t from 'tap';
import type { Entry } from '../../../../workers/audio/fillers/library.ts';
import { NextFillers } from '../../../../workers/audio/fillers/next-fillers.ts';
import type { Recorded } from '../../../../workers/audio/renditions.ts';
import { seeded } from '../fixtures.ts';

const sound: Recorded = { pcm: new Int16Array(1), sampleRateHz: 48_000 };

function open(
  given: { key: string; kind: Entry['kind']; inMemory?: boolean }[],
  { hasLines = true }: { hasLines?: boolean } = {},
) {
  const entries = new Map(
    given.map(({ key, kind }): [string, Entry] => [
      key,
      { key, kind, text: key, bytes: 1, crc: 0, addedAt: 0 },
    ]),
  );
  const damaged = new Set<string>();
  let held: Promise<void> = Promise.resolve();
  const library = {
    get entries() {
      return [...entries.values()];
    },
    get: (key: string) => entries.get(key),
    inMemory: (key: string) => (given.some((each) => each.key === key && each.inMemory) ? sound : undefined),
    async read(key: string) {
      await held;
      if (!damaged.has(key)) return sound;
      entries.delete(key);
      return undefined;
    },
  };
  const keys: string[] = [];
  const plays = {
    keys,
    add(key: string) {
      if (keys.includes(key)) keys.splice(keys.indexOf(key), 1);
      keys.push(key);
    },
  };
  return {
    next: new NextFillers({ library, plays, hasLines, random: seeded(1) }),
    damaged,
    hold: () => void (held = new Promise(() => undefined)),
    entries,
    keys,
  };
}

void t.test('take() gives what was read ahead, for its occasion, and something else each time', async (t) => {
  const { next } = open([
    { key: 'a', kind: 'line' },
    { key: 'b', kind: 'idle' },
    { key: 'p', kind: 'promise' },
  ]);
  t.equal(next.take('silence'), undefined, 'nothing is read yet');
  const heard: (string | undefined)[] = [];
  for (let n = 0; n < 6; n++) {
    await next.prepare();
    heard.push(next.take('silence')?.key);
  }
  t.ok(
    heard.every((key, index) => key !== undefined && key !== 'p' && key !== heard[index - 1]),
    heard.join(' '),
  );
  await next.prepare();
  t.equal(next.take('promise')?.key, 'p');
});

void t.test('take() breaks a silence with promises as long as there is nothing else', async (t) => {
  const { next, entries } = open([
    { key: 'p', kind: 'promise' },
    { key: 'q', kind: 'promise' },
  ]);
  const heard: (string | undefined)[] = [];
  for (let n = 0; n < 4; n++) {
    await next.prepare();
    heard.push(next.take('silence')?.key);
  }
  t.match(heard.join(''), /^(pqpq|qpqp)$/);
  entries.set('a', { key: 'a', kind: 'line', text: 'a', bytes: 1, crc: 0, addedAt: 0 });
  await next.prepare();
  next.take('silence');
  for (let n = 0; n < 3; n++) {
    await next.prepare();
    t.equal(next.take('silence')?.key, 'a');
  }
});

void t.test('take() breaks no silence with promises where no lines are wanted', async (t) => {
  const { next } = open([{ key: 'p', kind: 'promise' }], { hasLines: false });
  await next.prepare();
  t.equal(next.take('silence'), undefined);
  t.equal(next.take('promise')?.key, 'p');
});

void t.test('take() does with what is in memory while the disk is slow', async (t) => {
  const { next, hold } = open([
    { key: 'a', kind: 'line', inMemory: true },
    { key: 'b', kind: 'line', inMemory: true },
    { key: 'c', kind: 'idle' },
  ]);
  hold();
  void next.prepare();
  const heard = Array.from({ length: 4 }, () => next.take('silence')?.key);
  t.strictSame(new Set(heard), new Set(['a', 'b']));
  t.not(heard[0], heard[1]);
});

void t.test('prepare() passes over what cannot be read', async (t) => {
  const { next, damaged, entries } = open([
    { key: 'a', kind: 'idle' },
    { key: 'b', kind: 'idle' },
    { key: 'c', kind: 'idle' },
  ]);
  for (const key of ['a', 'b']) damaged.add(key);
  await next.prepare();
  t.equal(next.take('silence')?.key, 'c');
  damaged.add('c');
  await next.prepare();
  t.equal(next.take('silence'), undefined);
  t.equal(entries.size, 0);
});

void t.test('prepare() reads what came after it had found nothing', async (t) => {
  const { next, entries } = open([]);
  await next.prepare();
  entries.set('a', { key: 'a', kind: 'idle', text: 'a', bytes: 1, crc: 0, addedAt: 0 });
  await next.prepare();
  t.equal(next.take('silence')?.key, 'a');
});

void t.test('take() breaks a silence with the last resort as long as the library is empty', async (t) => {
  const { next, entries } = open([]);
  next.fallBackOn(['x', 'y'].map((key) => ({ key, text: key, recorded: sound })));
  const heard: (string | undefined)[] = [];
  for (let n = 0; n < 4; n++) {
    await next.prepare();
    heard.push(next.take('silence')?.key);
  }
  t.match(heard.join(''), /^(xyxy|yxyx)$/);
  t.equal(next.take('promise'), undefined, 'it promises nothing');
  await next.prepare();
  entries.set('p', { key: 'p', kind: 'promise', text: 'p', bytes: 1, crc: 0, addedAt: 0 });
  await next.prepare();
  for (let n = 0; n < 3; n++) {
    t.equal(next.take('silence')?.key, 'p', "the room's own voice, whatever it says");
    await next.prepare();
  }
});
