import t from 'tap';
import { History, type Happening } from '../../../../../ops/sim/douyin-room/room/history.ts';

function happening(msgId: number, changes: Partial<Happening> = {}): Happening {
  const truth = { method: 'm', kind: 'chat', userId: '', nickname: '', text: '', count: 1, gift: null };
  const message = { method: 'm', msgId: BigInt(msgId), payload: Buffer.alloc(0) };
  return { message, truth, needAck: true, written: true, acked: true, ...changes };
}

const idsOf = (happenings: readonly Happening[]): number[] =>
  happenings.map(({ message }) => Number(message.msgId));

void t.test('replay() brings the recent ones and, before them, what was never confirmed', async (t) => {
  const history = new History({ limit: 100 });
  history.add([
    happening(1, { acked: false }),
    happening(2, { acked: false, needAck: false }),
    happening(3, { acked: false, written: false }),
    happening(4),
    happening(5),
    happening(6, { acked: false }),
  ]);
  t.same(idsOf(history.replay('recent-and-unacked', 2)), [1, 5, 6]);
  t.same(idsOf(history.replay('recent', 2)), [5, 6]);
  t.same(idsOf(history.replay('none', 2)), []);
  t.same(idsOf(history.after(4n)), [5, 6]);
});

void t.test('add() forgets the oldest past the limit', async (t) => {
  const history = new History({ limit: 10 });
  t.equal(history.lastMsgId, 0n);
  for (let id = 1; id <= 1000; id++) history.add([happening(id)]);
  t.equal(history.lastMsgId, 1000n);
  const kept = history.replay('recent', 1000).length;
  t.ok(kept >= 10 && kept <= 13, `${kept} kept`);
});
