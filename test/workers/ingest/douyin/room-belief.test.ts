import t from 'tap';
import type { LookSource } from '../../../../workers/ingest/douyin/room-belief.ts';
import { RoomBelief } from '../../../../workers/ingest/douyin/room-belief.ts';
import type { RoomStatus } from '../../../../workers/ingest/douyin/room-page.ts';
import { unknownRoom } from '../../../../workers/ingest/douyin/room-page.ts';

function open() {
  const belief = new RoomBelief({ leastApartMs: 1_000 });
  const take = (status: RoomStatus, now: number, source: LookSource = 'page', roomId = '11') => {
    const verdict = belief.take(source, { ...unknownRoom, status, roomId }, now);
    return verdict.kind === 'gone' ? verdict.status : verdict.kind;
  };
  return { belief, take };
}

void t.test('take() believes that a room is on the air at once', async (t) => {
  const { take } = open();
  t.equal(take('live', 0), 'live');
  t.equal(take('paused', 1), 'live', 'the host is only away for a moment');
});

for (const status of ['offline', 'no-room', 'not-found'] as const) {
  void t.test(`take() believes "${status}" once two sources say so, or one says so twice`, async (t) => {
    const one = open();
    t.equal(one.take(status, 0, 'page'), 'doubt');
    t.equal(one.take(status, 1, 'enter'), status);
    const other = open();
    t.equal(other.take(status, 0), 'doubt');
    t.equal(other.take(status, 999), 'doubt', 'both may come out of one cache');
    t.equal(other.take(status, 1_000), status);
    t.equal(other.take(status, 1_001), status, 'it needs no more proof');
    t.equal(other.take('live', 1_002), 'live');
    t.equal(other.take(status, 9_000), 'doubt', 'it was on the air again');
  });
}

void t.test('take() keeps what it believes when an answer tells nothing', async (t) => {
  const { take } = open();
  t.equal(take('unknown', 0), 'unknown');
  t.equal(take('offline', 0), 'doubt');
  t.equal(take('unknown', 5_000), 'unknown', 'a captcha confirms nothing');
  t.equal(take('offline', 5_001), 'offline');
  t.equal(take('unknown', 5_002), 'offline');
});

void t.test(
  'take() does not believe a page that still tells of a broadcast whose end was heard',
  async (t) => {
    const { belief, take } = open();
    t.equal(take('live', 0), 'live');
    belief.ended('11', 1_000);
    t.equal(take('live', 2_000), 'offline');
    t.equal(take('live', 120_999, 'enter'), 'offline');
    t.equal(take('live', 3_000, 'page', '12'), 'live', 'the next broadcast is another room');
    t.equal(take('live', 121_000), 'live', 'not for ever');
  },
);
