import t from 'tap';
import { openMessages } from '../../../ops/chaos/hush-room.ts';

const sent = (msgId: string, acked: boolean, via: 'socket' | 'nobody' = 'socket', kind = 'chat') => ({
  msgId,
  kind,
  via,
  acked,
});

void t.test('openMessages() names what somebody was sent and nobody has confirmed', (t) => {
  t.same(openMessages([sent('1', true), sent('2', false), sent('2', false)]), ['2']);
  t.same(openMessages([sent('1', false), sent('1', true)]), [], 'confirmed when it was sent again');
  t.same(openMessages([sent('1', false, 'nobody'), sent('2', false, 'socket', 'rank')]), []);
  t.end();
});
