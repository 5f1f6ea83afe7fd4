import { appendFileSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { FaultLog } from '../../../../workers/ingest/fault-log.ts';
import { encodeHeader, encodePrefix } from '../../../../workers/ingest/recording/format.ts';
import type { Recorded } from '../../../../workers/ingest/recording/read-recording.ts';
import { readRecording } from '../../../../workers/ingest/recording/read-recording.ts';
import { RoomRecorder } from '../../../../workers/ingest/recording/recorder.ts';
import type { Observation, RawMessage, Source, SourceParts } from '../../../../workers/ingest/source.ts';
import { recording } from '../../../../workers/ingest/sources/recording.ts';
import { Tally } from '../../../../workers/ingest/tally.ts';
import { sourceParts } from '../../../support/ingest-room.ts';
import { chat, messageFrame } from '../../../support/webcast-wire.ts';

const raw = (index: number, receivedAt = 1_700_000_000_000 + index * 10): RawMessage => ({
  receivedAt,
  form: 'binary',
  data: messageFrame([chat(`${9_007_199_254_740_993n + BigInt(index)}`, `第${index}句`)]),
});
const header = encodeHeader({ source: 'douyin', room: 'demo', startedAt: 1 });
const bytesOf = (messages: RawMessage[]): Buffer =>
  Buffer.concat([header, ...messages.flatMap((message) => [encodePrefix(message), message.data])]);
const ten = Array.from({ length: 10 }, (_, index) => raw(index));

async function readAll(path: string): Promise<Recorded[]> {
  const items: Recorded[] = [];
  for await (const item of readRecording(path)) items.push(item);
  return items;
}
const messagesOf = (items: Recorded[]): RawMessage[] =>
  items.flatMap((item) => (item.kind === 'message' ? [item.message] : []));
const damagesOf = (items: Recorded[]): string[] =>
  items.flatMap((item) => (item.kind === 'damage' ? [item.text] : []));

function recorderIn(folder: string, config = { maxMb: 64, keepDays: 7 }) {
  const counters: Record<string, number> = {};
  const said: string[] = [];
  const note = (_fields: unknown, text: string) => void said.push(text);
  const log = { warn: note, info: note } as unknown as ConstructorParameters<typeof RoomRecorder>[0]['log'];
  const recorder = new RoomRecorder({
    room: 'demo',
    source: 'douyin',
    folder,
    config: { enabled: true, ...config },
    tally: new Tally(counters),
    log,
    retryMs: 1,
  });
  return { recorder, counters, said };
}

/** What a room gets of a recording, with nothing in between. */
async function play(
  file: string,
  config: object = {},
  given: Partial<SourceParts> = {},
): Promise<Observation[]> {
  return await playToEnd(openSource(file, config, given));
}

function openSource(file: string, config: object, given: Partial<SourceParts>): Source {
  const counters = {};
  const faults = new FaultLog({ warn: () => undefined });
  const parts = sourceParts({ tally: new Tally(counters), faults, ...given });
  const whole = {
    type: 'recording',
    file,
    of: 'douyin',
    speed: 1_000,
    loop: false,
    take: 0,
    skipSilenceMs: 0,
    ...config,
  };
  return recording.open(whole as Parameters<typeof recording.open>[0], parts);
}

async function playToEnd(opened: Source): Promise<Observation[]> {
  await using source = opened;
  const signal = AbortSignal.timeout(60_000);
  const opening = await source.open(signal);
  if (opening.kind !== 'open') throw new Error(opening.kind);
  await using feed = opening.feed;
  const found: Observation[] = [];
  for await (const frame of feed.frames(signal)) {
    found.push(...frame.observations);
    frame.acknowledge();
  }
  t.equal((await source.open(signal)).kind, 'offline', 'it is played once');
  return found;
}

void t.test('RoomRecorder writes what readRecording() reads, in its order', async (t) => {
  const folder = join(t.testdir({}), 'demo');
  const { recorder, counters } = recorderIn(folder);
  for (const message of ten) recorder.record(message);
  await recorder[Symbol.asyncDispose]();
  const items = await readAll(folder);
  t.match(items[0], { kind: 'header', header: { source: 'douyin', room: 'demo' } });
  t.same(messagesOf(items), ten);
  t.equal(counters['recorded'], 10);
  t.equal(counters['recordingDropped'], 0);
});

void t.test('RoomRecorder rotates its files and keeps to its share of the disk', async (t) => {
  const folder = t.testdir({});
  const big = { ...raw(0), data: Buffer.alloc(400_000, 7) };
  for (let round = 0; round < 20; round++) {
    const { recorder } = recorderIn(folder, { maxMb: 4, keepDays: 7 });
    recorder.record(big);
    recorder.record(big);
    recorder.record({ ...big, receivedAt: 1_700_000_000_000 + round });
    await recorder[Symbol.asyncDispose]();
  }
  const bytes = readdirSync(folder).reduce(
    (sum, name) => sum + readFileSync(join(folder, name)).byteLength,
    0,
  );
  t.ok(bytes <= 5 * 1_048_576, `${bytes} bytes`);
  t.equal(messagesOf(await readAll(folder)).at(-1)?.receivedAt, 1_700_000_000_019, 'the newest is kept');
});

void t.test(
  'RoomRecorder says once that it cannot write, drops and counts, and goes on when it can',
  async (t) => {
    const folder = join(t.testdir({ file: '' }), 'file');
    const { recorder, counters, said } = recorderIn(folder);
    const settled = async () => {
      for (let turn = 0; turn < 1_000 && said.length === 0; turn++)
        await new Promise((go) => setTimeout(go, 5));
    };
    recorder.record(raw(0));
    await settled();
    t.same(said, ['the room is not recorded any more']);
    rmSync(folder);
    mkdirSync(folder);
    let index = 1;
    for (; index < 2_000 && !(counters['recorded'] ?? 0); index++) {
      recorder.record(raw(index));
      await new Promise((go) => setTimeout(go, 5));
    }
    await recorder[Symbol.asyncDispose]();
    t.same(said, ['the room is not recorded any more', 'the room is recorded again']);
    t.equal((counters['recorded'] ?? 0) + (counters['recordingDropped'] ?? 0), index, 'nothing unaccounted');
    recorder.record(raw(0));
    t.equal((counters['recorded'] ?? 0) + (counters['recordingDropped'] ?? 0), index + 1);
  },
);

void t.test('readRecording() reads all that stands before the half record of a killed process', async (t) => {
  const folder = t.testdir({});
  const whole = bytesOf(ten);
  for (const cut of [1, 3, 9, 20]) {
    const path = join(folder, `cut-${cut}.onairrec`);
    writeFileSync(path, whole.subarray(0, whole.byteLength - cut));
    const items = await readAll(path);
    t.same(messagesOf(items), ten.slice(0, 9), `${cut} bytes short`);
    t.same(damagesOf(items), ['half a record at the end']);
  }
});

void t.test('readRecording() passes over a damaged record and reads those after it', async (t) => {
  const path = join(t.testdir({}), 'hurt.onairrec');
  const bytes = bytesOf(ten);
  const third = header.byteLength + ten.slice(0, 3).reduce((sum, { data }) => sum + 17 + data.byteLength, 0);
  bytes[third + 30] = (bytes[third + 30] ?? 0) ^ 0xff;
  writeFileSync(path, bytes);
  const items = await readAll(path);
  t.same(
    messagesOf(items),
    ten.filter((_, index) => index !== 3),
  );
  t.match(damagesOf(items), [/is damaged/]);
  appendFileSync(path, Buffer.alloc(40, 0xff));
  t.match(damagesOf(await readAll(path)), [/is damaged/, /cannot be/]);
});

void t.test('readRecording() reads lines, length-prefixed files and folders of other tools', async (t) => {
  const folder = t.testdir({ bin: {}, empty: {} });
  const lines = ten.map(({ receivedAt, data }) =>
    JSON.stringify({ t: receivedAt, data: Buffer.from(data).toString('base64') }),
  );
  writeFileSync(
    join(folder, 'a.ndjson'),
    `${lines.slice(0, 5).join('\n')}\nno json\n${lines.slice(5).join('\n')}`,
  );
  const read = await readAll(join(folder, 'a.ndjson'));
  t.same(messagesOf(read), ten);
  t.match(damagesOf(read), [/no JSON object/]);
  const prefixed = ten.flatMap(({ data }) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.byteLength);
    return [length, data];
  });
  writeFileSync(join(folder, 'a.raw'), Buffer.concat(prefixed));
  const datas = ten.map(({ data }) => data);
  t.same(
    messagesOf(await readAll(join(folder, 'a.raw'))).map(({ data }) => data),
    datas,
  );
  for (const [index, data] of datas.entries()) writeFileSync(join(folder, 'bin', `${index + 1}.bin`), data);
  t.same(
    messagesOf(await readAll(join(folder, 'bin'))).map(({ data }) => data),
    datas,
  );
  await t.rejects(readAll(join(folder, 'empty')), /holds no recording/);
  writeFileSync(join(folder, 'foreign'), 'PK\u0003\u0004 this is a zip archive and no recording');
  await t.rejects(readAll(join(folder, 'foreign')), /foreign is no recording that is known here/);
  writeFileSync(join(folder, 'future'), '{"format":"onair-recording","version":9}\n');
  await t.rejects(readAll(join(folder, 'future')), /another version/);
});

void t.test(
  'a recording is played through the decoder of its source, with every bit of its ids',
  async (t) => {
    const path = join(t.testdir({}), 'a.onairrec');
    writeFileSync(path, bytesOf(ten));
    const found = await play(path);
    t.same(
      found.map(({ messageId }) => messageId),
      ten.map((_, index) => `${9_007_199_254_740_993n + BigInt(index)}`),
    );
    t.match(found[3]?.body, { kind: 'chat', text: '第3句' });
    t.ok(
      found.every(({ at }) => Math.abs(at - Date.now()) < 60_000),
      'as if it happened now',
    );
  },
);

void t.test('a pause in a recording is shortened when that is wanted', async (t) => {
  const path = join(t.testdir({}), 'pause.onairrec');
  writeFileSync(path, bytesOf([raw(0), raw(1, 1_700_000_000_000 + 86_400_000_000)]));
  t.equal((await play(path, { skipSilenceMs: 1_000 })).length, 2);
});

void t.test(
  'a recording is played from where the room is when it begins, not when it was prepared',
  async (t) => {
    const file = join(t.testdir({}), 'room.onairrec');
    writeFileSync(file, bytesOf(ten));
    let saved = '';
    const prepared = openSource(file, {}, { place: () => saved });
    await play(file, {}, { onPlace: (write) => void (saved = write()) });
    t.not(saved, '');
    t.same(await playToEnd(prepared), []);
  },
);

void t.test('check() says what is wrong with a recording before a room is opened', async (t) => {
  const folder = t.testdir({ foreign: 'nothing of the kind', empty: '' });
  const problems = async (config: object) =>
    await recording.check({ of: 'douyin', ...config } as Parameters<typeof recording.check>[0]);
  t.match(await problems({ file: join(folder, 'none') }), [{ path: 'file', message: /ENOENT/ }]);
  t.match(await problems({ file: join(folder, 'foreign') }), [{ path: 'file', message: /no recording/ }]);
  t.match(await problems({ file: join(folder, 'empty') }), [{ path: 'file', message: 'is empty' }]);
  t.match(await problems({ file: folder, of: 'tiktok' }), [{ path: 'of', message: /no source "tiktok"/ }]);
  writeFileSync(join(folder, 'ok'), bytesOf(ten));
  t.same(await problems({ file: join(folder, 'ok') }), []);
});

void t.test(
  'a recording that was played is played again as another take, and its events are new',
  async (t) => {
    const file = join(t.testdir({}), 'room.onairrec');
    writeFileSync(file, bytesOf(ten));
    let saved = '';
    const parts: Partial<SourceParts> = {
      place: () => saved,
      onPlace: (write) => void (saved = write()),
    };
    const first = await play(file, {}, parts);
    t.equal(first.length, 10);
    t.same(await play(file, {}, parts), [], 'a restarted process is where the room was');
    const again = await play(file, { take: 1 }, parts);
    t.same(
      again.map(({ messageId }) => messageId),
      first.map(({ messageId }) => `${messageId}~1.0`),
    );
    t.same(await play(file, { take: 1 }, parts), []);
  },
);
