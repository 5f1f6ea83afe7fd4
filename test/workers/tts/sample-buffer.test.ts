import t from 'tap';
import { SampleBuffer } from '../../../workers/tts/sample-buffer.ts';

void t.test('SampleBuffer holds single samples and many at a time, in order', (t) => {
  const buffer = new SampleBuffer();
  const expected: number[] = [];
  for (let round = 0; round < 300; round++) {
    buffer.add(round);
    const piece = Int16Array.from({ length: round }, (_, index) => index - round);
    buffer.append(new Uint8Array(piece.buffer));
    expected.push(round, ...piece);
  }
  t.equal(buffer.length, expected.length);
  t.same([...buffer.copy()], expected);
  t.end();
});

void t.test('SampleBuffer.copy() is not changed by what comes afterwards', (t) => {
  const buffer = new SampleBuffer();
  buffer.add(5);
  const copy = buffer.copy();
  buffer.add(6);
  t.same([...copy], [5]);
  t.equal(copy.buffer.byteLength, 2);
  t.end();
});

void t.test('SampleBuffer.trailingZeros() counts the silence at the end', (t) => {
  const buffer = new SampleBuffer();
  t.equal(buffer.trailingZeros(), 0);
  for (const sample of [0, 0, 3, 0]) buffer.add(sample);
  t.equal(buffer.trailingZeros(), 1);
  buffer.append(new Uint8Array(32_000));
  t.equal(buffer.trailingZeros(), 16_001);
  t.end();
});
