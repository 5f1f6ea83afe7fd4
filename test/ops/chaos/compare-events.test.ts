import t from 'tap';
import type { StoredEvent } from '../../../ops/chaos/compare-events.ts';
import { compareEvents } from '../../../ops/chaos/compare-events.ts';
import type { TruthMessage } from '../../../ops/chaos/truth.ts';

const told = (msgId: string, kind: string, more: Partial<TruthMessage> = {}): TruthMessage => ({
  msgId,
  kind,
  sure: true,
  streak: undefined,
  ...more,
});
const gift = (msgId: string, total: number, sure = true) =>
  told(msgId, 'gift', { sure, streak: { key: 's', total } });
const event = (msgId: string, kind: StoredEvent['kind'], count = 1): StoredEvent => ({
  id: `room1:douyin:${msgId}`,
  kind,
  count,
});

void t.test('compareEvents() finds nothing when the stream has what the room has sent', (t) => {
  const truth = [
    told('1', 'chat'),
    told('2', 'emoji'),
    told('3', 'audience'),
    told('4', 'banner'),
    gift('5', 3),
  ];
  const events = [event('1', 'chat'), event('2', 'chat'), event('3', 'stats'), event('5', 'gift', 3)];
  t.same(compareEvents(truth, events), { delivered: 3, gifts: 3, missing: [], extra: [] });
  t.end();
});

void t.test('compareEvents() misses what surely arrived, and only that', (t) => {
  const truth = [told('1', 'chat'), told('2', 'follow', { sure: false }), told('3', 'banner')];
  t.same(compareEvents(truth, []), { delivered: 1, gifts: 0, missing: ['1: chat'], extra: [] });
  t.end();
});

void t.test(
  'compareEvents() names events that were never sent, sit there twice, or say something else',
  (t) => {
    const truth = [told('1', 'chat'), told('2', 'enter')];
    const events = [event('1', 'chat'), event('1', 'chat'), event('2', 'follow'), event('3', 'chat')];
    const { extra, missing } = compareEvents(truth, events);
    t.match(extra, [/:1: twice/, /:2: follow, but the room sent enter/, /:3: the room has sent no such/]);
    t.same(missing, []);
    t.end();
  },
);

void t.test('compareEvents() takes what was shed for accounted for, unless it was paid for', (t) => {
  const truth = [told('1', 'chat'), told('2', 'ecom'), gift('3', 1), told('4', 'enter')];
  const shed = ['1', '2', '3'].map((id) => `room1:douyin:${id}`);
  t.match(compareEvents(truth, [], shed).missing, ['2: ecom', '4: enter', /^gift streak s: 0 counted of 1/]);
  t.end();
});

void t.test('compareEvents() takes several events of one message for that message', (t) => {
  const events = [event('1', 'product'), event('1-1', 'product')];
  t.match(compareEvents([told('1', 'product')], events), { missing: [], extra: [] });
  t.end();
});

void t.test('compareEvents() counts gifts by the totals of their streaks', (t) => {
  const truth = [gift('1', 1), gift('2', 4), gift('3', 4)];
  t.match(compareEvents(truth, [event('1', 'gift', 1), event('2', 'gift', 3)]), {
    gifts: 4,
    missing: [],
    extra: [],
  });
  t.match(compareEvents(truth, [event('2', 'gift', 4)]), { missing: [], extra: [] });
  t.match(compareEvents(truth, [event('1', 'gift', 1)]).missing, [/1 counted of 4/]);
  t.match(compareEvents(truth, [event('2', 'gift', 4), event('3', 'gift', 4)]).extra, [/8 counted of 4/]);
  t.end();
});

void t.test('compareEvents() accepts either total when the end of a streak may have been lost', (t) => {
  const truth = [gift('1', 1), gift('2', 4, false)];
  t.match(compareEvents(truth, [event('1', 'gift', 1)]), { gifts: 1, missing: [], extra: [] });
  t.match(compareEvents(truth, [event('1', 'gift', 1), event('2', 'gift', 3)]), { missing: [], extra: [] });
  t.end();
});
