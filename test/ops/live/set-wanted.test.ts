import { connect } from '@nats-io/transport-node';
import { Kvm } from '@nats-io/kv';
import t from 'tap';
import { connectionStatus, readLiveStatus, describeLiveStatus } from '../../../ops/live/live-status.ts';
import { readWanted, setWanted } from '../../../ops/live/set-wanted.ts';
import type { RoomStatus } from '../../../protocol/room-status.ts';
import { startNats } from '../../support/nats.ts';

const status: RoomStatus = {
  room: 'other',
  platform: 'douyin',
  child: 'ingest',
  at: 1,
  state: 'connected',
  since: 1,
  reason: 'connected',
  active: true,
  reconnectCount: 0,
  lastMessageAt: 0,
  shouldReconnect: true,
  nextTryAt: 0,
  quality: null,
  conditions: [],
  credentials: { state: 'none', expiresAt: 0, renewedAt: 0 },
  transitions: [],
};

void t.test('setWanted() changes what is not so already, once, whoever asks at the same time', async (t) => {
  const { url } = await startNats(t);
  const connection = await connect({ servers: [url] });
  t.teardown(async () => await connection.close());
  const bucket = await new Kvm(connection).open('rooms');
  const set = async (wanted: boolean) => await setWanted(bucket, 'demo', { wanted, by: 'test', now: 1 });
  t.equal(await set(true), false, 'without a word a room is wanted');
  t.equal(await bucket.get('wanted.demo'), null);
  const stops = await Promise.all(Array.from({ length: 8 }, async () => await set(false)));
  t.equal(stops.filter(Boolean).length, 1);
  t.same((await bucket.get('wanted.demo'))?.json(), { wanted: false, at: 1, by: 'test' });
  t.equal(await readWanted(bucket, 'demo'), false);
  const mixed = await Promise.all([true, false, true, false].map(set));
  t.ok(mixed.some(Boolean));
  await set(true);
  t.equal(await readWanted(bucket, 'demo'), true);
  await bucket.put('wanted.demo', 'no JSON');
  t.equal(await readWanted(bucket, 'demo'), true, 'what cannot be read says nothing');
  t.equal(await set(false), true);
  await bucket.delete('wanted.demo');
  t.equal(await readWanted(bucket, 'demo'), true);
  t.equal(await set(false), true);
  await bucket.put('state.other', JSON.stringify({ ...status, reconnectCount: 3, lastMessageAt: 5 }));
  const live = await readLiveStatus(bucket, ['demo', 'other']);
  t.match(live, {
    success: true,
    active_rooms: ['other'],
    count: 1,
    connections: {
      demo: { active: false, should_reconnect: false },
      other: { active: true, reconnect_count: 3, last_message_time: 5, should_reconnect: true },
    },
  });
  t.match(
    describeLiveStatus(live, 2_005),
    /demo: stopped; .*\nother: wanted, connected, .*3 times.*2 s ago\n1 of 2/,
  );
});

void t.test('connectionStatus() tells what is not known from what is not so', async (t) => {
  t.match(connectionStatus('', true), { active: null, reconnect_count: 0, last_message_time: null });
  t.match(connectionStatus('damaged', true), { active: null });
  const waiting = JSON.stringify({ ...status, state: 'reconnecting', active: false });
  t.same(connectionStatus(waiting, true), {
    active: false,
    reconnect_count: 0,
    last_message_time: null,
    should_reconnect: true,
    state: 'reconnecting',
  });
  t.match(connectionStatus(JSON.stringify(status), false), { active: false, state: 'stopped' });
});
