import t from 'tap';
import { SimRoom } from '../../../ops/chaos/sim-room.ts';
import { openDouyinRoom } from '../../../ops/sim/douyin-room/server.ts';

void t.test('SimRoom drives a room from outside', async (t) => {
  await using room = await openDouyinRoom({ scenario: { type: 'silent' } });
  const address = () => `127.0.0.1:${room.port}`;
  const { signal } = new AbortController();
  const control = new SimRoom({ address, signal });
  room.chat({ user: '小明', text: '你好' });
  t.match(await control.sent(), [{ kind: 'chat', via: 'nobody', acked: false }]);
  t.same(await control.sent(1), []);
  t.same(await control.state(), { sent: 1, connected: false });
  t.equal(await control.fault({ kind: 'cut' }), 0);
  await t.rejects(control.fault({ kind: 'earthquake' }), /The simulated room refuses fault/);
  await control.fallSilent();
  t.equal(room.state, 'ended');
});

void t.test('SimRoom throws when the room is gone, or the signal says stop', async (t) => {
  const { signal } = new AbortController();
  await t.rejects(new SimRoom({ address: () => '127.0.0.1:1', signal }).state());
  await using room = await openDouyinRoom({ scenario: { type: 'silent' } });
  const stopped = AbortSignal.abort(new Error('over'));
  await t.rejects(new SimRoom({ address: () => `127.0.0.1:${room.port}`, signal: stopped }).state(), /over/);
});
