import t from 'tap';
import { ProtoWriter } from '../../../../../ops/sim/douyin-room/wire/proto-writer.ts';
import { decode } from '../webcast-proto.ts';

const hex = (writer: ProtoWriter): string => writer.finish().toString('hex');

void t.test('varint() writes the vectors of the protobuf documentation', async (t) => {
  t.equal(hex(new ProtoWriter().varint(1, 150)), '089601');
  t.equal(hex(new ProtoWriter().string(2, 'testing')), '120774657374696e67');
  t.equal(hex(new ProtoWriter().packed(6, [3, 270, 86942])), '3206038e029ea705');
  t.equal(hex(new ProtoWriter().message(3, new ProtoWriter().varint(1, 150))), '1a03089601');
});

void t.test('varint() writes a negative number as ten bytes', async (t) => {
  t.equal(hex(new ProtoWriter().varint(1, -1)), '08ffffffffffffffffff01');
  t.equal(hex(new ProtoWriter().varint(2, -2n)), '10feffffffffffffffff01');
});

void t.test('varint() keeps every bit of 64', async (t) => {
  for (const value of [
    2n ** 31n,
    2n ** 32n,
    2n ** 53n + 1n,
    2n ** 63n,
    2n ** 64n - 1n,
    7659772534023654196n,
  ]) {
    t.equal(decode('User', new ProtoWriter().varint(1, value).finish())['id'], `${value}`);
  }
  for (const value of [2 ** 31, 2 ** 40 + 5, Number.MAX_SAFE_INTEGER]) {
    t.equal(decode('User', new ProtoWriter().varint(1, value).finish())['id'], `${value}`);
  }
});

void t.test('varint() refuses what does not fit 64 bits', async (t) => {
  t.throws(() => new ProtoWriter().varint(1, 2n ** 64n), RangeError);
  t.throws(() => new ProtoWriter().varint(1, -(2n ** 63n) - 1n), RangeError);
  t.throws(() => new ProtoWriter().varint(1, 1.5), RangeError);
});

void t.test('finish() leaves out defaults but writes empty messages', async (t) => {
  t.equal(hex(new ProtoWriter().varint(1, 0).string(2, '').bool(3, false).bytes(4, Buffer.alloc(0))), '');
  t.equal(hex(new ProtoWriter().message(5, new ProtoWriter())), '2a00');
});

void t.test('string() and bytes() grow past the first buffer', async (t) => {
  const nickname = '小鹿🌸'.repeat(5000);
  t.equal(decode('User', new ProtoWriter().varint(1, 5).string(3, nickname).finish())['nickname'], nickname);
});

void t.test('string() writes field numbers above 15 with a longer tag', async (t) => {
  t.equal(hex(new ProtoWriter().string(1028, 'a')), 'a2400161');
});
