import { Duplex, PassThrough } from 'node:stream';
import t from 'tap';
import { Trickle } from '../../../../../ops/sim/douyin-room/room/trickle.ts';

void t.test('take() declines while the line is fast', async (t) => {
  t.notOk(new Trickle(new PassThrough(), () => t.fail('writes by itself')).take(Buffer.from('a')));
});

for (const [size, head] of [
  [5, '8205'],
  [300, '827e012c'],
  [70_000, '827f0000000000011170'],
] as const) {
  void t.test(`take() lays out a frame of ${size} bytes and sends it in pieces`, async (t) => {
    const pieces: Buffer[] = [];
    const { promise: whole, resolve } = Promise.withResolvers<void>();
    const stream = new Duplex({
      read: () => undefined,
      write: (piece: Buffer, _encoding, done) => {
        pieces.push(piece);
        if (Buffer.concat(pieces).length === size + head.length / 2) resolve();
        done();
      },
    });
    const trickle = new Trickle(stream, () => t.fail('the slow time is not over'));
    trickle.begin({ forMs: 600_000, bytes: Math.ceil(size / 3), pauseMs: 0 });
    t.ok(trickle.take(Buffer.alloc(size, 'x')));
    t.ok(trickle.busy);
    await whole;
    t.equal(Buffer.concat(pieces).toString('hex'), head + '78'.repeat(size));
    t.ok(pieces.length >= 3);
    trickle.stop();
  });
}
