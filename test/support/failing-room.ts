import type { Test } from 'tap';
import type { RoomSettings } from '../../ops/sim/douyin-room/room-settings.ts';
import type { DouyinRoom } from '../../ops/sim/douyin-room/server.ts';
import { openDouyinRoom } from '../../ops/sim/douyin-room/server.ts';
import type { DouyinTimes } from '../../workers/ingest/douyin/times.ts';
import type { TestSink } from './ingest-room.ts';
import { startRoom } from './ingest-room.ts';

interface Settings {
  room?: Partial<RoomSettings>;
  source?: Record<string, unknown>;
  times?: Partial<DouyinTimes>;
}

/** A session in front of a simulated room that says only what it is told to. */
export async function openFailingRoom(
  t: Test,
  { room: settings = {}, source = {}, times = {} }: Settings = {},
) {
  const room = await openDouyinRoom({ scenario: { type: 'silent' }, ...settings });
  t.teardown(async () => await room[Symbol.asyncDispose]());
  const pushUrls = [new URL(room.wsUrl).origin];
  const session = startRoom(t, {
    source: { pageUrl: room.url, pushUrls, ...source },
    douyinTimes: { pushAgainMs: 5, ...times },
  });
  return { room, ...session };
}

/** Returns once the session has heard a chat that is said now. */
export async function hears(room: DouyinRoom, sink: TestSink, text: string): Promise<void> {
  room.chat({ text });
  await sink.until(() => sink.texts().includes(text));
}
