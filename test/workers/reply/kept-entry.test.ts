import { pino } from 'pino';
import t from 'tap';
import type { Test } from 'tap';
import { openBus } from '../../../workers/open-bus.ts';
import { KeptEntry } from '../../../workers/reply/kept-entry.ts';
import type { MemoryParts } from '../../../workers/reply/memory.ts';
import { decodeMemory, encodeMemory } from '../../../workers/reply/memory.ts';
import { accessTo, startNats } from '../../support/nats.ts';

const log = pino({ level: 'silent' });
const nobody: MemoryParts['viewers'] = { greeted: [], buckets: [], exchanges: [] };
const greeted = (...viewers: string[]): MemoryParts['viewers'] => ({
  ...nobody,
  greeted: viewers.map((viewer): [string, number, string] => [`enter ${viewer}`, 1, 'e']),
});

async function open(t: Test) {
  const { url } = await startNats(t);
  const stop = new AbortController();
  const bus = await openBus({ access: accessTo(url), name: 'test', log, signal: stop.signal });
  t.teardown(async () => {
    stop.abort();
    await bus[Symbol.asyncDispose]();
  });
  const bucket = await bus.bucket('memory');
  const notices: string[] = [];
  const entry = (epoch: number, view: () => MemoryParts['viewers']) =>
    new KeptEntry({
      room: 'demo',
      part: 'viewers',
      bucket: async () => await Promise.resolve(bucket),
      duty: {
        current: { lease: 'reply', epoch },
        isCertain: true,
        certain: async () => await Promise.resolve(),
      },
      view,
      log,
      signal: stop.signal,
      notice: (text) => void notices.push(text),
    });
  return { bucket, entry, notices };
}

void t.test('KeptEntry keeps the latest, and a successor reads it', async (t) => {
  const { entry } = await open(t);
  let view = nobody;
  const kept = entry(1, () => view);
  t.equal(await kept.read(10_000), undefined);
  for (const names of [['1'], ['1', '2'], ['1', '2', '3']]) {
    view = greeted(...names);
    kept.changed();
  }
  await kept.kept(10_000);
  t.same(await entry(2, () => nobody).read(10_000), greeted('1', '2', '3'));
  view = greeted('9');
  kept.changed();
  await kept.kept(10_000);
  t.same(await entry(2, () => nobody).read(10_000), greeted('9'));
});

void t.test('KeptEntry of who was replaced overwrites nothing of its successor', async (t) => {
  const { entry } = await open(t);
  const [old, successor] = [entry(1, () => greeted('old')), entry(2, () => greeted('new'))];
  old.changed();
  await old.kept(10_000);
  successor.changed();
  await successor.kept(10_000);
  old.changed();
  await old.kept(10_000);
  t.same(await entry(3, () => nobody).read(10_000), greeted('new'));
});

void t.test('KeptEntry leaves out what is damaged, says so, and keeps anew', async (t) => {
  const { bucket, entry, notices } = await open(t);
  const damaged = [
    '',
    '{',
    '{"version":2,"epoch":1,"body":{}}',
    encodeMemory<'viewers'>({ ...nobody, greeted: [7] } as never, 1),
  ];
  for (const json of damaged) {
    await bucket.put('demo.viewers', json);
    t.equal(await entry(1, () => nobody).read(10_000), undefined, json);
  }
  t.equal(notices.length, damaged.length);
  t.match(notices[0], /viewers of demo is damaged/);
  const kept = entry(2, () => greeted('1'));
  kept.changed();
  await kept.kept(10_000);
  t.same(await entry(2, () => nobody).read(10_000), greeted('1'));
});

void t.test('decodeMemory() reads what encodeMemory() wrote', (t) => {
  const body = { ...greeted('1'), exchanges: [{ viewer: '1', question: '多少钱', answer: '九块九', at: 5 }] };
  t.same(decodeMemory('viewers', encodeMemory<'viewers'>(body, 3)), { epoch: 3, body });
  t.throws(() => decodeMemory('show', encodeMemory<'viewers'>(body, 3)));
  t.end();
});
