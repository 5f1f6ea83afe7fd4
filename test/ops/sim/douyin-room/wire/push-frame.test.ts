import { gunzipSync } from 'node:zlib';
import t from 'tap';
import {
  encodeBareFrame,
  encodeMessageFrame,
  encodeResponse,
} from '../../../../../ops/sim/douyin-room/wire/push-frame.ts';
import { decode } from '../webcast-proto.ts';

const response = encodeResponse({
  messages: [{ method: 'WebcastChatMessage', msgId: 7659772534023654196n, payload: Buffer.from([8, 1]) }],
  cursor: 'c',
  internalExt: 'e',
  needAck: true,
  now: 1_790_000_000_123,
  heartbeatDuration: 10,
  fetchInterval: 1000,
  pushServer: '',
});

void t.test('encodeBareFrame() makes the recorded heartbeat', async (t) => {
  t.equal(encodeBareFrame('hb').toString('hex'), '3a026862');
  t.equal(decode('PushFrame', encodeBareFrame('close'))['payload_type'], 'close');
});

void t.test('encodeResponse() puts every field where recorded schemas have it', async (t) => {
  t.same(decode('Response', response), {
    messages: [{ method: 'WebcastChatMessage', payload: Buffer.from([8, 1]), msg_id: '7659772534023654196' }],
    cursor: 'c',
    fetch_interval: '1000',
    now: '1790000000123',
    internal_ext: 'e',
    heartbeat_duration: '10',
    need_ack: true,
  });
});

void t.test(
  'encodeMessageFrame() wraps a Response as gzip and repeats its position in the headers',
  async (t) => {
    const envelope = { seqId: 3, logId: 7659772534023654197n, cursor: 'c', internalExt: 'e' };
    const frame = decode('PushFrame', encodeMessageFrame(envelope, response));
    t.match(frame, {
      seq_id: '3',
      log_id: '7659772534023654197',
      headers: { compress_type: 'gzip', 'im-cursor': 'c', 'im-internal_ext': 'e' },
      payload_encoding: 'pb',
      payload_type: 'msg',
    });
    const payload = frame['payload'] as Buffer;
    t.equal(payload.subarray(0, 3).toString('hex'), '1f8b08');
    t.same(gunzipSync(payload), response);
  },
);
