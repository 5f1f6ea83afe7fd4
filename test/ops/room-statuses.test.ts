import t from 'tap';
import { describeRoom } from '../../ops/room-statuses.ts';
import type { RoomStatus } from '../../protocol/room-status.ts';
import { readRoomStatus } from '../../protocol/room-status.ts';

const now = 1_700_000_000_000;
const status: RoomStatus = {
  room: 'demo',
  platform: 'douyin',
  child: 'ingest',
  at: now,
  state: 'connected',
  since: now - 300_000,
  reason: 'connected to “x”',
  active: true,
  reconnectCount: 0,
  lastMessageAt: now - 2_000,
  shouldReconnect: true,
  nextTryAt: 0,
  quality: 98,
  conditions: [],
  credentials: { state: 'valid', expiresAt: now + 36_000_000, renewedAt: 0 },
  transitions: [],
};
const cases: [string, Partial<RoomStatus>, string][] = [
  [
    'that is well',
    {},
    'room demo (douyin): connected for 5 min, quality 98, last message 2 s ago, logged in for 10.0 h more',
  ],
  [
    'that is refused',
    {
      state: 'failed',
      reason: 'HTTP 200 DEVICE_BLOCKED',
      nextTryAt: now + 60_000,
      reconnectCount: 3,
      lastMessageAt: 0,
      quality: null,
      credentials: { state: 'none', expiresAt: 0, renewedAt: 0 },
    },
    'room demo (douyin): failed for 5 min (HTTP 200 DEVICE_BLOCKED), next try in 60 s, reconnected 3 times, no message yet, as a guest',
  ],
  [
    'with a condition',
    {
      conditions: [{ code: 'guest', text: 'guests get no gifts', since: now }],
      credentials: { state: 'expired', expiresAt: now - 60_000, renewedAt: 0 },
    },
    'room demo (douyin): connected for 5 min, quality 98, last message 2 s ago, login ended 60 s ago, ! guests get no gifts',
  ],
  [
    'whose source has no login',
    { credentials: { state: 'not-needed', expiresAt: 0, renewedAt: 0 } },
    'room demo (douyin): connected for 5 min, quality 98, last message 2 s ago',
  ],
  [
    'whose worker is gone',
    { at: now - 90_000, credentials: { state: 'unknown', expiresAt: 0, renewedAt: 0 } },
    'room demo (douyin): connected for 5 min, quality 98, last message 2 s ago, logged in, ! its worker has told nothing for 90 s',
  ],
];
for (const [name, given, line] of cases) {
  void t.test(`describeRoom() says in one line how a room is ${name}`, (t) => {
    t.equal(describeRoom({ room: 'demo', wanted: true, status: { ...status, ...given } }, now), line);
    t.end();
  });
}

void t.test('describeRoom() marks a room that is stopped, and one that nothing is known of', (t) => {
  t.equal(
    describeRoom({ room: 'demo', wanted: false, status }, now),
    'room demo: stopped; "npm run live -- start demo" takes it up again',
  );
  t.equal(describeRoom({ room: 'demo', wanted: true }, now), 'room demo: its worker has told nothing yet');
  t.end();
});

void t.test('readRoomStatus() reads what a worker wrote, and nothing else', (t) => {
  t.same(readRoomStatus(JSON.stringify(status)), status);
  for (const text of ['', '{', '{}', 'null']) t.equal(readRoomStatus(text), undefined);
  t.end();
});
