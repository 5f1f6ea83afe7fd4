import t from 'tap';
import { checkRoom, readLiveOrder } from '../../../ops/live/read-order.ts';

void t.test('readLiveOrder() reads what can be asked for', async (t) => {
  t.same(readLiveOrder(['status'], {}), { action: 'status', room: undefined });
  t.same(readLiveOrder(['start', 'shop'], {}), { action: 'start', room: 'shop', source: undefined });
  t.same(readLiveOrder(['start'], { douyin: '7300000000000000001', id: 'shop' }), {
    action: 'start',
    room: 'shop',
    source: { type: 'douyin', webRid: '7300000000000000001' },
  });
  t.same(readLiveOrder(['start', 'shop'], { source: '{"type":"douyin","webRid":"1"}' }), {
    action: 'start',
    room: 'shop',
    source: { type: 'douyin', webRid: '1' },
  });
  t.same(readLiveOrder(['stop', 'shop'], { forget: true }), { action: 'stop', room: 'shop', forget: true });
});

void t.test('readLiveOrder() says what makes no sense', async (t) => {
  t.throws(() => readLiveOrder([], {}), /Say one of start, stop, status; --help/);
  t.throws(() => readLiveOrder(['go'], {}), /Say one of start, stop, status, not "go"/);
  t.throws(() => readLiveOrder(['start'], {}), /Say which room: npm run live -- start ID/);
  t.throws(() => readLiveOrder(['stop', 'a', 'b'], {}), /"b" is one word too many/);
  t.throws(() => readLiveOrder(['start', 'a'], { id: 'b' }), /"a" is one word too many/);
  t.throws(() => readLiveOrder(['stop', 'a'], { douyin: '1' }), /go with start, not with stop/);
  t.throws(() => readLiveOrder(['start', 'a'], { forget: true }), /--forget goes with stop/);
  t.throws(() => readLiveOrder(['start', 'a'], { source: 'type: douyin' }), /--source must be JSON/);
  t.throws(() => readLiveOrder(['start', 'a'], { source: '{}', douyin: '1' }), /not both/);
});

void t.test('checkRoom() fills the defaults in, and lists what is wrong', async (t) => {
  t.match(checkRoom('shop', { type: 'douyin', webRid: '1' }), { id: 'shop', source: { webRid: '1' } });
  t.throws(() => checkRoom('two words', { type: 'douyin', webRid: '1' }), /id: must be 1–48 letters/);
  t.throws(() => checkRoom('shop', { type: 'nowhere' }), /source/);
});
