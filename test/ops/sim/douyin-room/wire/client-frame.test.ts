import t from 'tap';
import { readClientFrame } from '../../../../../ops/sim/douyin-room/wire/client-frame.ts';
import { encode } from '../webcast-proto.ts';

void t.test('readClientFrame() knows the heartbeat by its recorded bytes', async (t) => {
  t.same(readClientFrame(Buffer.from('3a026862', 'hex')), { kind: 'hb' });
});

void t.test('readClientFrame() reads log id and internal_ext of an ack', async (t) => {
  const frame = encode('PushFrame', {
    log_id: '7659772534023654196',
    payload_type: 'ack',
    payload: Buffer.from('internal_src:dim|seq:1'),
  });
  t.same(readClientFrame(frame), {
    kind: 'ack',
    logId: '7659772534023654196',
    internalExt: 'internal_src:dim|seq:1',
  });
});

void t.test('readClientFrame() names a type it does not know', async (t) => {
  t.same(readClientFrame(encode('PushFrame', { payload_type: 'bye' })), {
    kind: 'other',
    payloadType: 'bye',
  });
});
