import t from 'tap';
import { readFields } from '../../../../../ops/sim/douyin-room/wire/proto-reader.ts';
import { encode } from '../webcast-proto.ts';

void t.test('readFields() reads what another library wrote', async (t) => {
  const fields = [...readFields(encode('User', { id: '18446744073709551615', nickname: '雨桐' }))];
  t.match(fields[0], { field: 1, wireType: 0, number: 18446744073709551615n });
  t.match(fields[1], { field: 3, wireType: 2, bytes: Buffer.from('雨桐') });
});

void t.test('readFields() reads fixed numbers', async (t) => {
  const fields = [...readFields(Buffer.from('0901000000000000001502000000', 'hex'))];
  t.match(fields, [
    { field: 1, wireType: 1, number: 1n },
    { field: 2, wireType: 5, number: 2n },
  ]);
});

void t.test('readFields() throws a RangeError on bytes that are no message', async (t) => {
  for (const wrong of ['08', '0a05aa', '0f', '00', '08ffffffffffffffffffff01', '0d0000']) {
    t.throws(() => [...readFields(Buffer.from(wrong, 'hex'))], RangeError, wrong);
  }
});
