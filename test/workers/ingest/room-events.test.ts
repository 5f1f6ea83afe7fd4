import t from 'tap';
import type { EventBody } from '../../../protocol/event.ts';
import { RoomEvents } from '../../../workers/ingest/room-events.ts';
import { liveEvent } from '../../support/events.ts';

const ttls = { chatTtlMs: 60_000, paidTtlMs: 1_800_000, greetingTtlMs: 20_000 };
const open = () => new RoomEvents({ room: 'demo', platform: 'douyin', ttls });
const chat: EventBody = { kind: 'chat', text: 'x', luckyBag: false };
const gift = (total: number, streakEnd = false): EventBody => ({
  kind: 'gift',
  giftId: '4',
  name: '玫瑰',
  count: 0,
  total,
  diamonds: 1,
  streak: '7/4/99',
  streakEnd,
});
const seen = (messageId: string, body: EventBody) => ({ messageId, at: 5, viewer: null, body });

void t.test('admit() makes an event once, with an id that derives from the message', (t) => {
  const events = open();
  t.same(events.admit(seen('7', chat), 1_000), {
    id: 'demo:douyin:7',
    room: 'demo',
    platform: 'douyin',
    at: 5,
    receivedAt: 1_000,
    expiresAt: 61_000,
    viewer: null,
    ...chat,
  });
  t.equal(events.admit(seen('7', chat), 2_000), undefined);
  t.equal(events.duplicates, 1);
  t.end();
});

void t.test('admit() gives what is paid for the longest time, and greetings the shortest', (t) => {
  const events = open();
  t.equal(events.admit(seen('1', gift(1)), 0)?.expiresAt, 1_800_000);
  t.equal(events.admit(seen('2', { kind: 'enter', viewers: 1 }), 0)?.expiresAt, 20_000);
  t.end();
});

void t.test('admit() looks at message ids before streaks', (t) => {
  const events = open();
  t.match(events.admit(seen('1', gift(2)), 0), { count: 2, total: 2 });
  t.equal(events.admit(seen('1', gift(9)), 0), undefined, 'the same message');
  t.match(events.admit(seen('2', gift(3)), 0), { count: 1, total: 3 });
  t.equal(events.admit(seen('3', gift(3, true)), 0), undefined, 'the copy at the end');
  t.same([events.duplicates, events.giftRepeats], [1, 1]);
  t.end();
});

void t.test('admit() adds what tells only how many were added, also after a restart, and not twice', (t) => {
  const more = (count: number): EventBody => ({ ...gift(0), count }) as EventBody;
  const before = open();
  const published = [
    before.admit(seen('1', more(1)), 0),
    before.admit(seen('1', more(1)), 0),
    before.admit(seen('2', more(2)), 0),
  ];
  t.match(published, [{ count: 1, total: 1 }, undefined, { count: 2, total: 3 }]);
  const after = open();
  for (const event of published) if (event) after.remember(event);
  t.equal(after.admit(seen('2', more(2)), 1_000), undefined);
  t.match(after.admit(seen('3', more(1)), 1_000), { count: 1, total: 4 });
  t.match(after.admit(seen('4', gift(6, true)), 1_000), { count: 2, total: 6 }, 'what was missed of it');
  t.end();
});

void t.test('remember() makes a successor count as its predecessor would', (t) => {
  const before = open();
  const published = [seen('1', gift(2)), seen('2', gift(5))].flatMap((one) => before.admit(one, 1_000) ?? []);
  const after = open();
  for (const event of published) after.remember(event);
  after.remember(liveEvent({ id: 'other:douyin:3' }));
  t.equal(after.admit(seen('2', gift(5)), 2_000), undefined);
  t.equal(after.admit(seen('4', gift(5, true)), 2_000), undefined);
  t.match(after.admit(seen('5', gift(6)), 2_000), { count: 1, total: 6 });
  t.same([after.duplicates, after.giftRepeats], [1, 1]);
  t.end();
});

void t.test('admit() goes on with a streak when the clock is set', (t) => {
  for (const hours of [8, -8]) {
    const now = Date.now;
    t.teardown(() => (Date.now = now));
    const events = open();
    t.match(events.admit(seen('1', gift(98)), Date.now()), { count: 98 });
    Date.now = () => now() + hours * 3_600_000;
    t.match(events.admit(seen('2', gift(99)), Date.now()), { count: 1, total: 99 });
    t.equal(events.admit(seen('1', gift(98)), Date.now()), undefined);
    t.equal(events.duplicates, 1);
    Date.now = now;
  }
  t.end();
});
