import t from 'tap';
import type { EventBody } from '../../../../protocol/event.ts';
import { AccountSigns } from '../../../../workers/ingest/douyin/account-signs.ts';

const minute = 60_000;
const viewer = (nickname: string, id = '7') => ({
  id,
  nickname,
  level: 0,
  fansLevel: 0,
  isAnchor: false,
  isAdmin: false,
  secUid: '',
});
const chat: EventBody = { kind: 'chat', text: 'x', luckyBag: false };
const gift: EventBody = {
  kind: 'gift',
  giftId: '1',
  name: '花',
  count: 0,
  total: 1,
  diamonds: 1,
  streak: '',
  streakEnd: false,
};
const stats = (online: number): EventBody => ({ kind: 'stats', online, total: 0, text: '' });

function open({ isGuest = false } = {}) {
  const signs = new AccountSigns();
  signs.opened(0, { isGuest });
  const say = (body: EventBody, now: number, nickname = '小明') => {
    signs.frame();
    signs.take({ viewer: viewer(nickname), bodies: [body] }, now);
  };
  const tickets = (fanTickets: number, now: number) => {
    signs.frame();
    signs.take({ viewer: null, bodies: [], fanTickets }, now);
  };
  const figures = (online: number, now: number) => {
    signs.frame();
    signs.take({ viewer: null, bodies: [stats(online)] }, now);
  };
  const on = (now: number) =>
    signs
      .conditions(now)
      .filter(({ isOn }) => isOn)
      .map(({ code }) => code);
  return { signs, say, tickets, figures, on };
}

void t.test('conditions() tells a guest by the names that are hidden', async (t) => {
  const { say, on } = open({ isGuest: true });
  for (let count = 0; count < 11; count++) say(chat, count, `${count}***`);
  t.same(on(20), [], 'too few to tell');
  say(chat, 20, '明***');
  t.same(on(20), ['guest']);
  for (let count = 0; count < 30; count++) say(chat, 30, '小明');
  t.same(on(30), [], 'whoever is logged in sees names');
});

void t.test('conditions() takes some who hide, or bear a star in their name, for no sign', async (t) => {
  const { say, on } = open();
  for (let count = 0; count < 60; count++) say(chat, count, count % 2 ? '小明*' : '明***');
  t.same(on(100), []);
});

void t.test('conditions() misses gifts when the sum of all grows and none is told', async (t) => {
  const { tickets, say, on, signs } = open();
  tickets(100, 0);
  tickets(100, minute);
  tickets(120, 2 * minute);
  tickets(150, 3 * minute);
  t.same(on(6 * minute), []);
  t.same(on(7 * minute), ['gifts-missing']);
  t.match(signs.conditions(7 * minute)[1], { text: /although gifts are given.*renew its cookie/ });
  say(gift, 8 * minute);
  t.same(on(8 * minute), []);
});

void t.test('conditions() misses the gifts of a guest in a room where others are heard', async (t) => {
  const guest = open({ isGuest: true });
  const member = open();
  for (const room of [guest, member]) {
    for (let count = 0; count < 50; count++) room.say({ kind: 'like', count: 1, total: 1 }, count * 1_000);
  }
  t.same(guest.on(10 * minute - 1), []);
  t.same(guest.on(10 * minute), ['gifts-missing']);
  t.same(member.on(10 * minute), [], 'nobody need have given anything');
});

void t.test('conditions() takes what a gift itself adds to the sum for no other gift', async (t) => {
  const { tickets, say, on } = open();
  for (let count = 1; count < 30; count++) {
    tickets(count * 10, count * minute);
    say(gift, count * minute + 100);
    tickets(count * 10 + 5, count * minute + 2_000);
  }
  t.same(on(40 * minute), []);
});

void t.test('conditions() tells an account that gets samples: a gift or two, and no more', async (t) => {
  const { tickets, say, on } = open();
  tickets(10, 0);
  say(gift, 1_000);
  tickets(30, 2 * minute);
  tickets(50, 3 * minute);
  t.same(on(6 * minute), []);
  t.same(on(7 * minute), ['sampled']);
});

void t.test('conditions() tells an account that gets samples: viewers at first, then none', async (t) => {
  const { figures, say, on, signs } = open();
  for (let count = 0; count < 5; count++) say(chat, count * 1_000);
  figures(300, 9 * minute);
  t.same(on(10 * minute), []);
  t.same(on(11 * minute), ['sampled']);
  signs.closed();
  signs.opened(12 * minute, { isGuest: false });
  say(chat, 12 * minute + 1_000);
  t.same(on(12 * minute + 2_000), ['sampled'], 'what a connection begins with is such a sample');
  say(chat, 13 * minute);
  t.same(on(13 * minute), []);
});

void t.test('conditions() takes a room with few viewers for a quiet one', async (t) => {
  const { figures, say, on } = open();
  say(chat, 0);
  figures(12, minute);
  t.same(on(60 * minute), []);
});

void t.test('conditions() begins anew with another broadcast', async (t) => {
  const { tickets, on, signs } = open();
  tickets(100, 0);
  tickets(120, 1);
  tickets(150, 2);
  t.same(on(9 * minute), ['gifts-missing']);
  signs.newBroadcast();
  tickets(10, 9 * minute);
  t.same(on(30 * minute), []);
});

void t.test('isNoiseAlone() tells "fake alive": figures come, and nothing of anybody', async (t) => {
  const { figures, say, signs } = open();
  t.notOk(signs.isNoiseAlone(10 * minute), 'nothing at all is the business of the watch for silence');
  say(chat, minute);
  figures(5, 2 * minute);
  t.notOk(signs.isNoiseAlone(3 * minute - 1));
  t.ok(signs.isNoiseAlone(3 * minute));
  signs.noiseExcused();
  t.notOk(signs.isNoiseAlone(5 * minute - 1), 'a quiet room is asked about ever more rarely');
  t.ok(signs.isNoiseAlone(5 * minute));
  for (let count = 0; count < 9; count++) signs.noiseExcused();
  t.ok(signs.isNoiseAlone(31 * minute), 'at least every half an hour');
  say(chat, 40 * minute);
  t.ok(signs.isNoiseAlone(42 * minute));
  signs.closed();
  t.notOk(signs.isNoiseAlone(90 * minute));
});
