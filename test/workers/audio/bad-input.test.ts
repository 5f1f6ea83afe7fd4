import t from 'tap';
import type { AudioChunk } from '../../../protocol/speech.ts';
import { maxChunkBytes } from '../../../protocol/speech.ts';
import { audioSubject } from '../../../protocol/subjects.ts';
import { jetstream } from '@nats-io/jetstream';
import { readWav } from './outputs/wav.ts';
import { chunkOf, seeded, segmentOf, tone } from './fixtures.ts';
import { HostedRoom, heardTones } from './hosted-room.ts';

/** How much a sample may differ from the one before: the steepest tone of the test, and a little. */
const amplitude = 10_000;
const hz = 800;
const steepest = amplitude * ((2 * Math.PI * hz) / 48_000) * 1.25;

const beep = (ms: number, rateHz = 24_000) => tone({ hz, ms, rateHz, amplitude });
const bytesOf = (pcm: Int16Array) => new Uint8Array(pcm.buffer, pcm.byteOffset, pcm.byteLength);
const soon = () => Date.now() + 120_000;

/** A beep in pieces of so many bytes. */
function pieces(name: string, given: { ms: number; size: number; last?: boolean }): AudioChunk[] {
  const bytes = bytesOf(beep(given.ms));
  const segment = segmentOf(name, 0, { last: given.last ?? true, expiresAt: soon() });
  const count = Math.ceil(bytes.byteLength / given.size);
  return Array.from({ length: count }, (_, index) =>
    chunkOf(segment, {
      index,
      last: index === count - 1,
      pcm: bytes.subarray(index * given.size, (index + 1) * given.size),
    }),
  );
}

function steepestStep(file: string): { step: number; atMs: number } {
  const { samples } = readWav(file);
  let [step, at] = [0, 0];
  for (let n = 1; n < samples.length; n++) {
    const size = Math.abs((samples[n] ?? 0) - (samples[n - 1] ?? 0));
    if (size > step) [step, at] = [size, n];
  }
  return { step, atMs: at / 48 };
}

const heardMs = (file: string): number => heardTones(file, [hz]).reduce((sum, run) => sum + run.ms, 0);

/** A good utterance is heard, after whatever came before. */
async function untilHeard(room: HostedRoom, name: string): Promise<void> {
  await room.say(segmentOf(name, 0, { priority: 'urgent', last: true, expiresAt: soon() }), beep(200));
  for (let count = 1; ; count++) {
    const outcomes = await room.outcomes(count);
    if (outcomes.at(-1)?.eventId !== name) continue;
    if (outcomes.at(-1)?.what !== 'spoken') throw new Error(`${name}: ${JSON.stringify(outcomes.at(-1))}`);
    return;
  }
}

void t.test(
  'chunks out of order, twice and of two attempts are heard once, in order and without a click',
  async (t) => {
    const room = await HostedRoom.open(t);
    const child = await room.start();
    const random = seeded(5);
    for (const name of ['a', 'b', 'c']) {
      const chunks = pieces(name, { ms: 600, size: 3_000 });
      const again = chunks.map((chunk) => ({ ...chunk, rendition: 'r2', id: `${chunk.id}:r2` }));
      const twice = chunks.map((chunk) => ({ ...chunk, id: `${chunk.id}:twice` }));
      const mixed = [...chunks, ...twice, ...again.slice(3)]
        .map((chunk) => ({ chunk, order: random() }))
        .sort((x, y) => x.order - y.order);
      for (const { chunk } of mixed) await room.publish(chunk);
    }
    t.strictSame((await room.outcomes(3)).map(({ what, eventId }) => `${what} ${eventId}`).sort(), [
      'spoken a',
      'spoken b',
      'spoken c',
    ]);
    await child.nextHeartbeat();
    t.equal(child.counters['chunks.complete'], 3);
    t.ok((child.counters['chunks.duplicate'] ?? 0) + (child.counters['chunks.stray'] ?? 0) >= 15);
    await child.drain();
    t.ok(Math.abs(heardMs(room.file) - 1_800) <= 60, `${heardMs(room.file)} of 1800 ms`);
    const { step, atMs } = steepestStep(room.file);
    t.ok(step <= steepest, `a step of ${step} at ${atMs} ms`);
  },
);

void t.test(
  'chunks that cannot be sound are refused, and their utterances end by their expiry',
  async (t) => {
    const room = await HostedRoom.open(t);
    const child = await room.start();
    const expiresAt = Date.now() + 4_000;
    const bad: Partial<AudioChunk>[] = [
      { pcm: new Uint8Array(959) },
      { sampleRateHz: 0 },
      { sampleRateHz: 7 },
      { sampleRateHz: 4_000_000_000 },
      { index: 1_000_000 },
      { index: 4_294_967_295, last: false },
      { pcm: new Uint8Array(maxChunkBytes + 2) },
    ];
    for (const [n, given] of bad.entries())
      await room.publish(chunkOf(segmentOf(`bad${n}`, 0, { last: true, expiresAt }), given));
    // Two rates in one attempt, and an end that never comes.
    const mixed = segmentOf('rates', 0, { last: true, expiresAt });
    await room.publish(chunkOf(mixed, { last: false, sampleRateHz: 24_000 }));
    await room.publish(chunkOf(mixed, { index: 1, sampleRateHz: 44_100 }));
    await room.publish(chunkOf(segmentOf('endless', 0, { last: true, expiresAt }), { last: false }));
    // For another room, for nobody, and far behind any end.
    await room.publish(chunkOf(segmentOf('stranger', 0, { room: 'other' })));
    await room.publish(chunkOf(segmentOf('nobody', 0, { utteranceId: '' })));
    await room.publish(chunkOf(segmentOf('far', 1_000_000)));
    await room.publish(chunkOf(segmentOf('hole', 900, { last: true, expiresAt })));
    await child.waitForCounters((counters) => (counters['chunks.refused'] ?? 0) >= bad.length + 4);
    await untilHeard(room, 'good');
    const expired = [...bad.map((_, n) => `bad${n}`), 'rates', 'endless', 'hole'];
    const outcomes = await room.outcomes(expired.length + 1);
    t.strictSame(
      outcomes
        .filter(({ eventId }) => eventId !== 'good')
        .map(({ what, eventId }) => `${what} ${eventId}`)
        .sort(),
      expired.map((name) => `expired ${name}`).sort(),
    );
    t.equal(child.counters['chunks.refused'], bad.length + 4);
    t.match(await child.drain(), { code: 0 });
  },
);

void t.test('sound of absurd length is refused before it fills the memory', async (t) => {
  const room = await HostedRoom.open(t);
  const child = await room.start();
  // Counted from the last chunk of each on: what has expired is not even refused.
  const lasting = (name: string) => segmentOf(name, 0, { last: true, expiresAt: Date.now() + 8_000 });
  // Twenty minutes, in the largest chunks that there are.
  const pcm = new Uint8Array(maxChunkBytes);
  for (let index = 0; index < 440; index++)
    await room.publish(chunkOf(lasting('long'), { index, last: index === 439, pcm, sampleRateHz: 12_000 }));
  // As many as can be named, of next to nothing each.
  const sent: Promise<void>[] = [];
  for (let index = 0; index < 6_000; index++) {
    sent.push(room.publish(chunkOf(lasting('crumbs'), { index, last: false, pcm: new Uint8Array(2) })));
    if (sent.length >= 200) await Promise.all(sent.splice(0));
  }
  await Promise.all(sent);
  await child.waitForCounters((counters) => (counters['chunks.refused'] ?? 0) >= 440 - 44 + 6_000 - 4_096);
  await untilHeard(room, 'good');
  t.match((await room.outcomes(3)).map(({ what, eventId }) => `${what} ${eventId}`).sort(), [
    'expired crumbs',
    'expired long',
    'spoken good',
  ]);
  t.match(await child.drain(), { code: 0 });
});

void t.test('bytes that are no chunk are passed over', async (t) => {
  const room = await HostedRoom.open(t);
  const child = await room.start();
  const stream = jetstream(room.bus.connection);
  const random = seeded(9);
  const good = pieces('a', { ms: 300, size: 4_000 });
  for (let n = 0; n < 40; n++) {
    const garbage = Uint8Array.from({ length: Math.floor(random() * 300) }, () => random() * 256);
    // Some begin like ours.
    if (n % 2) garbage.set([0x0d, 0x4f, 0x4e, 0x52, 0x31].slice(0, garbage.length));
    await stream.publish(audioSubject('demo'), garbage);
    const chunk = good[n];
    if (chunk) await room.publish(chunk);
  }
  t.match(await room.outcomes(1), [{ what: 'spoken', eventId: 'a' }]);
  await untilHeard(room, 'good');
  await child.waitForCounters((counters) => counters['chunks.foreign'] === 40);
  t.match(await child.drain(), { code: 0 });
  const { step, atMs } = steepestStep(room.file);
  t.ok(step <= steepest, `a step of ${step} at ${atMs} ms`);
});

void t.test('an utterance whose sentence never comes holds up nobody for longer than its slot', async (t) => {
  const room = await HostedRoom.open(t);
  const child = await room.start({ outputs: ['file'], slotTimeoutMs: 500 });
  const expiresAt = Date.now() + 8_000;
  await room.say(segmentOf('gap', 0, { expiresAt }), beep(300));
  await room.say(segmentOf('gap', 2, { last: true, expiresAt }), beep(300));
  await room.playhead(({ state }) => state === 'buffering');
  const since = Date.now();
  await room.say(segmentOf('next', 0, { last: true, expiresAt: soon() }), beep(300));
  t.match(await room.outcomes(1), [{ what: 'spoken', eventId: 'next' }]);
  t.comment(`heard after ${Date.now() - since} ms`);
  t.match((await room.outcomes(2))[1], { what: 'spoken', eventId: 'gap', reason: 'expired' });
  await child.drain();
  const { step, atMs } = steepestStep(room.file);
  t.ok(step <= steepest, `a step of ${step} at ${atMs} ms`);
});
