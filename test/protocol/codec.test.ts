import t from 'tap';
import { NotOursError, decode, decodeAs, encode, noOrigin } from '../../protocol/codec.ts';
import type { EventBody } from '../../protocol/event.ts';
import { eventKinds } from '../../protocol/event.ts';
import type { Segment } from '../../protocol/speech.ts';
import { liveEvent } from '../support/events.ts';

const bodies: EventBody[] = [
  { kind: 'chat', text: '这个多少钱😀', luckyBag: true },
  {
    kind: 'gift',
    giftId: '463',
    name: '小心心',
    count: 2,
    total: 9,
    diamonds: 1,
    streak: '1695185331',
    streakEnd: true,
  },
  { kind: 'like', count: 3, total: 2 ** 40 },
  { kind: 'enter', viewers: 12 },
  { kind: 'follow', followers: 7 },
  { kind: 'share', target: '微信' },
  { kind: 'fansclub', action: 'join', level: 3 },
  { kind: 'order', orderId: '9', status: '已付款', productId: '3544', product: '毛衣', count: 1 },
  { kind: 'product', action: 'explain', productId: '1', title: '毛衣', price: '39.9', index: 4 },
  { kind: 'stats', online: 50, total: 22_003, text: '2.2万' },
  { kind: 'control', action: 'end', tips: '' },
  { kind: 'system', code: 'X', text: 'y' },
];

void t.test('encode() and decode() give every kind of event back unchanged', (t) => {
  t.same(
    bodies.map(({ kind }) => kind),
    [...eventKinds],
    'every kind is tried',
  );
  for (const body of bodies) {
    const event = liveEvent({ id: `r:douyin:${body.kind}`, body });
    t.same(decode(encode('event', event)), { type: 'event', body: event, origin: noOrigin });
  }
  t.end();
});

void t.test('encode() keeps ids above 2^53', (t) => {
  const event = liveEvent({ id: '7260517442466662207' });
  if (event.viewer) event.viewer.id = '18446744073709551615';
  const back = decodeAs('event', encode('event', event));
  t.equal(back.id, '7260517442466662207');
  t.equal(back.viewer?.id, '18446744073709551615');
  t.end();
});

void t.test('encode() and decode() give segments, sound, outcomes and playheads back', (t) => {
  const segment: Segment = {
    id: 'u:a/0',
    room: 'demo',
    utteranceId: 'u:a',
    index: 0,
    last: true,
    text: '你好。',
    priority: 'urgent',
    voice: 'cmn',
    causes: [{ eventId: 'a', kind: 'gift', paid: true, merged: false }],
    createdAt: 1,
    expiresAt: 1_900_000_000_000,
    script: ['你好。'],
    idleScript: '',
    keep: true,
  };
  t.same(decodeAs('segment', encode('segment', segment)), segment);
  const pcm = Buffer.from([0, 1, 255, 128]);
  const chunk = {
    id: 'c',
    segment,
    rendition: 'x',
    index: 0,
    last: true,
    sampleRateHz: 22_050,
    pcm,
    missingReason: '',
    engine: 'espeak',
    note: 'voice espeak, after gsv: busy',
  };
  t.same(decodeAs('chunk', encode('chunk', chunk)), chunk);
  t.end();
});

void t.test('decode() refuses bytes that are not ours', (t) => {
  const good = encode('event', liveEvent({}));
  const cut = good.subarray(0, good.length - 3);
  const other = Uint8Array.from([0x0d, 0x4f, 0x4e, 0x52, 0x31, 0x10, 0x01]);
  for (const bytes of [
    new Uint8Array(),
    Buffer.from('hello'),
    Buffer.from('{"a":1}'),
    cut,
    other,
    new Uint8Array(1_000_001),
  ]) {
    t.throws(() => decode(bytes), NotOursError);
  }
  t.throws(() => decodeAs('chunk', good), { code: 'not-ours' });
  t.end();
});

void t.test('decode() skips fields that it does not know', (t) => {
  const unknown = Uint8Array.from([0xfa, 0x7f, 0x03, 1, 2, 3]);
  const event = liveEvent({});
  t.same(decode(Buffer.concat([encode('event', event), unknown])), {
    type: 'event',
    body: event,
    origin: noOrigin,
  });
  t.end();
});

void t.test('decode() survives any damage', (t) => {
  const good = encode('event', liveEvent({}));
  let refused = 0;
  let seed = 7;
  const random = () => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
  for (let round = 0; round < 20_000; round++) {
    const bytes = Uint8Array.from(good);
    for (let change = 0; change < 4; change++)
      bytes[5 + Math.floor(random() * (bytes.length - 5))] = Math.floor(random() * 256);
    try {
      decode(bytes);
    } catch (error) {
      if (!(error instanceof NotOursError)) throw error;
      refused += 1;
    }
  }
  t.ok(refused > 0 && refused < 20_000, `${refused} of 20,000 refused, the others read`);
  t.end();
});
