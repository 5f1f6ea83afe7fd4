import t from 'tap';
import { RoomNotices } from '../../../workers/ingest/room-notices.ts';

void t.test('say() says a state once, a bad one at most once a minute, and that all is well always', (t) => {
  const said: string[] = [];
  let now = 0;
  const notices = new RoomNotices({ room: 'demo', notice: (_, text) => said.push(text), now: () => now });
  for (; now < 120_000; now += 20_000) {
    notices.say('connected', 'info', 'connected');
    notices.say('connected', 'info', 'connected');
    notices.say('lost', 'warn', 'lost');
  }
  notices.say('connected', 'info', 'connected');
  t.same(
    said,
    ['connected', 'lost', 'connected', 'lost', 'connected'].map((text) => `room demo: ${text}`),
  );
  t.end();
});
