import t from 'tap';
import type { MusicBlock } from '../../../../workers/audio/mix/music-buffer.ts';
import { MusicBuffer, blockSamples } from '../../../../workers/audio/mix/music-buffer.ts';

const frameSamples = 960;
const block = (second: number, value = 1_000): MusicBlock => ({
  pcm: new Int16Array(blockSamples).fill(value),
  place: { file: 'a', ms: second * 1_000, entry: { byte: 0, ms: 0 } },
});

function open() {
  let taken = 0;
  const buffer = new MusicBuffer({ onTaken: () => (taken += 1) });
  const read = () => {
    const frame = new Float64Array(frameSamples);
    return buffer.read(frame) ? frame : undefined;
  };
  return { buffer, read, taken: () => taken };
}

void t.test('read() fades in with the first block, and tells the place', (t) => {
  const { buffer, read, taken } = open();
  t.equal(read(), undefined);
  t.equal(buffer.place, undefined);
  buffer.add(block(7));
  buffer.add(block(8));
  const first = read();
  t.ok(first && (first[0] ?? 0) < 2 && (first.at(-1) ?? 0) === 1_000);
  for (let frame = 1; frame < 60; frame++) read();
  t.equal(buffer.place?.ms, 8_200);
  t.equal(taken(), 1);
  t.equal(buffer.late, 0);
  t.end();
});

void t.test(
  'read() fades out before it runs dry, counts that, and fades in once there is enough again',
  (t) => {
    const { buffer, read } = open();
    buffer.add(block(0));
    const frames = Array.from({ length: 50 }, read);
    t.equal(frames[48]?.[0], 1_000);
    const last = frames[49];
    t.ok(last && Math.abs((last[0] ?? 0) - 1_000) < 2 && last.at(-1) === 0);
    t.equal(read(), undefined);
    t.equal(buffer.late, 1);
    buffer.add(block(1));
    const again = read();
    t.ok(again && (again[0] ?? 0) < 2 && again.at(-1) === 1_000);
    t.end();
  },
);

void t.test('end() makes the next frame the last one', (t) => {
  const { buffer, read } = open();
  buffer.add(block(0));
  buffer.add(block(1));
  read();
  buffer.end();
  const last = read();
  t.ok(last && (last[0] ?? 0) > 990 && last.at(-1) === 0);
  t.equal(read(), undefined);
  t.equal(buffer.late, 0);
  t.end();
});
