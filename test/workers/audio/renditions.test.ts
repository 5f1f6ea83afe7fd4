import t from 'tap';
import { Renditions } from '../../../workers/audio/renditions.ts';
import { chunkOf, seeded, segmentOf } from './fixtures.ts';

const segment = segmentOf('e1', 0);
const bytes = (...values: number[]) => new Uint8Array(values);

void t.test(
  'add() joins the chunks of one rendition in their order, whatever order they come in',
  async (t) => {
    const renditions = new Renditions();
    t.strictSame(renditions.add(chunkOf(segment, { index: 1, last: true, pcm: bytes(3, 0) })), {
      kind: 'waiting',
    });
    const added = renditions.add(chunkOf(segment, { index: 0, last: false, pcm: bytes(1, 0, 2, 0) }));
    t.equal(added.kind, 'complete');
    if (added.kind === 'complete') t.strictSame([...added.recorded.pcm], [1, 2, 3]);
    t.equal(renditions.bytes, 0);
  },
);

void t.test('add() never mixes two renditions, and the first complete one wins', async (t) => {
  const renditions = new Renditions();
  renditions.add(chunkOf(segment, { rendition: 'a', index: 0, last: false, pcm: bytes(1, 0) }));
  renditions.add(chunkOf(segment, { rendition: 'b', index: 0, last: false, pcm: bytes(7, 0) }));
  const added = renditions.add(chunkOf(segment, { rendition: 'b', index: 1, last: true, pcm: bytes(8, 0) }));
  t.match(added, { kind: 'complete' });
  if (added.kind === 'complete') t.strictSame([...added.recorded.pcm], [7, 8]);
  t.equal(renditions.bytes, 0);
});

void t.test('add() recognises a repeated chunk', async (t) => {
  const renditions = new Renditions();
  const chunk = chunkOf(segment, { last: false });
  renditions.add(chunk);
  t.strictSame(renditions.add(chunk), { kind: 'duplicate' });
});

void t.test('add() says when a segment has no samples at all', async (t) => {
  t.strictSame(new Renditions().add(chunkOf(segment, { pcm: bytes() })), { kind: 'empty' });
});

void t.test('add() refuses what cannot be sound, with a reason', async (t) => {
  const refusals: [Parameters<typeof chunkOf>[1], RegExp][] = [
    [{ pcm: new Uint8Array(3) }, /odd/],
    [{ pcm: new Uint8Array(65_538) }, /65538/],
    [{ sampleRateHz: 4_000 }, /4000 Hz/],
    [{ sampleRateHz: 0 }, /0 Hz/],
    [{ index: 5_000 }, /5000/],
  ];
  for (const [given, reason] of refusals) {
    const added = new Renditions().add(chunkOf(segment, given));
    t.equal(added.kind, 'refused');
    if (added.kind === 'refused') t.match(added.reason, reason);
  }
});

void t.test('add() refuses contradictions within a rendition', async (t) => {
  const renditions = new Renditions();
  renditions.add(chunkOf(segment, { index: 2, last: true }));
  t.match(renditions.add(chunkOf(segment, { index: 3, last: false })), { kind: 'refused' });
  t.match(renditions.add(chunkOf(segment, { index: 1, last: true })), { kind: 'refused' });
  t.match(renditions.add(chunkOf(segment, { index: 0, last: false, sampleRateHz: 16_000 })), {
    kind: 'refused',
  });
});

void t.test('add() keeps within its bounds: length, attempts, bytes', async (t) => {
  const part = { last: false, pcm: new Uint8Array(48_000) };
  const long = new Renditions({ maxSegmentMs: 1_500 });
  t.match(long.add(chunkOf(segment, { ...part, index: 0 })), { kind: 'waiting' });
  t.match(long.add(chunkOf(segment, { ...part, index: 1 })), { kind: 'refused' });

  const many = new Renditions({ maxRenditions: 2 });
  for (const rendition of ['a', 'b']) many.add(chunkOf(segment, { ...part, rendition }));
  t.match(many.add(chunkOf(segment, { ...part, rendition: 'c' })), { kind: 'refused' });

  const full = new Renditions({ maxBytes: 50_000 });
  full.add(chunkOf(segment, part));
  t.match(full.add(chunkOf(segmentOf('e1', 1), part)), { kind: 'refused' });
  full.forgetUtterance(segment.utteranceId);
  t.equal(full.bytes, 0);
});

void t.test(
  'add() completes one of two shuffled renditions with exactly its bytes, for any seed',
  async (t) => {
    for (let seed = 0; seed < 300; seed++) {
      const random = seeded(seed);
      const renditions = new Renditions();
      const counts = new Map(['a', 'b'].map((name) => [name, 1 + Math.floor(random() * 5)]));
      const chunks = [...counts].flatMap(([rendition, count]) =>
        Array.from({ length: count }, (_, index) =>
          chunkOf(segment, {
            rendition,
            index,
            last: index === count - 1,
            pcm: bytes(rendition.charCodeAt(0), index),
          }),
        ),
      );
      chunks.sort(() => random() - 0.5);
      const complete = chunks.map((chunk) => renditions.add(chunk)).find(({ kind }) => kind === 'complete');
      if (complete?.kind !== 'complete') {
        t.fail(`seed ${seed}: nothing was complete`);
        continue;
      }
      const { pcm } = complete.recorded;
      const name = String.fromCharCode((pcm[0] ?? 0) & 0xff);
      const expected = Array.from(
        { length: counts.get(name) ?? 0 },
        (_, index) => name.charCodeAt(0) + 256 * index,
      );
      if (String([...pcm]) !== String(expected)) t.fail(`seed ${seed}: ${pcm.join()}`);
    }
  },
);
