import t from 'tap';
import type { EventBody } from '../../../protocol/event.ts';
import { Acquaintances } from '../../../workers/reply/acquaintances.ts';
import { liveEvent } from '../../support/events.ts';

const options = { chatBurst: 2, chatEveryMs: 10_000, repeatMs: 60_000, greetAgainMs: 1_800_000 };
const now = 1_700_000_000_000;
const chat = (text: string, viewerId = '7') =>
  liveEvent({ viewerId, body: { kind: 'chat', text, luckyBag: false } });
const enter: EventBody = { kind: 'enter', viewers: 1 };

void t.test('Acquaintances lets a viewer write so much, and then now and then', (t) => {
  const known = new Acquaintances(options);
  const ask = (text: string, at: number, viewer = '7') =>
    known.refuse(chat(text, viewer), now + at, false)?.reason;
  t.same(
    [ask('一', 0), ask('二', 1), ask('三', 2)],
    [undefined, undefined, 'too much of this viewer at once'],
  );
  t.equal(ask('一', 3, '8'), undefined, 'another may');
  t.equal(ask('一', 3, '0'), undefined);
  t.equal(ask('四', 10_001), undefined, 'one more by now');
  t.equal(ask('五', 10_002), 'too much of this viewer at once');
  t.equal(
    known.refuse(chat('六'), now + 10_003, true),
    undefined,
    'who was counted before is not counted twice',
  );
  const successor = new Acquaintances(options);
  successor.restore(structuredClone(known.view(now + 10_003)));
  t.match(successor.refuse(chat('七'), now + 10_004, false), { what: 'skipped' });
  t.end();
});

void t.test(
  'Acquaintances answers the same question of the same viewer once, and remembers what was said',
  (t) => {
    const known = new Acquaintances(options);
    known.answering([chat('多少钱')], '九块九', now);
    t.match(known.refuse(chat('多少钱啊？'), now + 1_000, false), { reason: /answered the same just now/ });
    t.equal(known.refuse(chat('多少钱', '8'), now + 1_000, false), undefined);
    t.equal(known.refuse(chat('多少钱'), now + 60_000, false), undefined);
    t.match(known.recent([chat('还有吗')], now + 1_000), [{ question: '多少钱', answer: '九块九' }]);
    t.same(known.recent([chat('还有吗', '8')], now + 1_000), []);
    t.end();
  },
);

void t.test('Acquaintances greets nobody again within a window, over restarts too', (t) => {
  const known = new Acquaintances(options);
  const first = liveEvent({ viewerId: '7', body: enter });
  t.equal(known.refuse(first, now, false), undefined);
  t.ok(known.answering([first], '欢迎', now));
  const successor = new Acquaintances(options);
  successor.restore(structuredClone(known.view(now)));
  const again = (at: number, body: EventBody = enter) =>
    successor.refuse(liveEvent({ viewerId: '7', body }), now + at, false)?.reason;
  t.equal(again(1_799_999), 'greeted already');
  t.equal(again(1_800_000), undefined);
  t.equal(again(1, { kind: 'follow', followers: 1 }), undefined, 'a follow is thanked for all the same');
  t.equal(
    successor.refuse(first, now + 1, true),
    undefined,
    'the event that was to be answered when the other died',
  );
  const gift = { giftId: '1', name: '', count: 1, total: 1, diamonds: 1, streak: '', streakEnd: true };
  for (let count = 0; count < 9; count++) t.equal(again(count, { kind: 'gift', ...gift }), undefined);
  t.end();
});
