import t from 'tap';
import { decodeAs, encode } from '../../../protocol/codec.ts';
import { coalesce } from '../../../workers/ingest/coalesce.ts';
import { RoomEvents } from '../../../workers/ingest/room-events.ts';
import { enterEvent, likeEvent, liveEvent } from '../../support/events.ts';

void t.test('coalesce() adds likes up and keeps every id', async (t) => {
  const [one, two, three] = [likeEvent(2), likeEvent(3), likeEvent(5)];
  const all = coalesce(coalesce(one, two), three);
  t.match(all, { id: one.id, kind: 'like', count: 10, total: 5, coalesced: [two.id, three.id] });
  t.same(all.viewer, three.viewer);
  t.same(decodeAs('event', encode('event', all)), all, 'over the bus too');
  t.equal('coalesced' in decodeAs('event', encode('event', one)), false);
});

void t.test('coalesce() makes one of two enters, and refuses other kinds', async (t) => {
  const [one, two] = [enterEvent(), enterEvent()];
  t.match(coalesce(one, two), { id: one.id, kind: 'enter', viewer: two.viewer, coalesced: [two.id] });
  t.throws(() => coalesce(one, likeEvent()), /Cannot coalesce enter and like/);
  t.throws(() => coalesce(liveEvent({}), liveEvent({})), /Cannot coalesce chat and chat/);
});

void t.test('what an event stands for is known after a restart', async (t) => {
  const ttls = { chatTtlMs: 1, paidTtlMs: 1, greetingTtlMs: 1 };
  const events = new RoomEvents({ room: 'demo', platform: 'douyin', ttls });
  const [one, two] = [likeEvent(2), likeEvent(3)];
  events.remember(coalesce(one, two));
  const again = (id: string) => ({
    messageId: id.split(':').at(-1) ?? '',
    at: 0,
    viewer: null,
    body: { kind: 'like', count: 1, total: 1 } as const,
  });
  t.same(
    [one, two].map(({ id, receivedAt }) => events.admit(again(id), receivedAt)),
    [undefined, undefined],
  );
});
