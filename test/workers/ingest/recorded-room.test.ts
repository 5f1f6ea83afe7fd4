import { join } from 'node:path';
import t from 'tap';
import { readRecording } from '../../../workers/ingest/recording/read-recording.ts';
import { WebcastServer } from '../../support/webcast-server.ts';
import { chat, message, messageFrame } from '../../support/webcast-wire.ts';
import { IngestProcess, eventsOf } from './ingest-process.ts';
import { RestartableNats } from './restartable-nats.ts';

const gift = (id: string, repeatCount: string) =>
  message('Gift', { user: { id: '7', nickname: '小明' }, giftId: '4', groupId: '99', repeatCount }, id);

void t.test('a room that is recorded gives the same events when it is played again', async (t) => {
  const live = await RestartableNats.open(t);
  const server = await WebcastServer.open(t);
  const home = t.testdir({});
  const source = { pageUrl: server.url, pushUrls: [server.pushUrl] };
  const ingest = { recording: { enabled: true } };
  const recorded = new IngestProcess(t, { url: live.url, home, source, ingest });
  await recorded.initialise();
  await recorded.promote(1);
  await server.until(({ sockets }) => sockets.length === 1);
  const frames = [
    messageFrame([chat('9007199254740993', '一'), gift('9007199254740994', '2')], { logId: '1' }),
    messageFrame([gift('9007199254740995', '5'), chat('9007199254740996', '二')], { logId: '2' }),
  ];
  for (const frame of frames) server.socket.send(frame);
  await server.until((room) => room.acks().length === 2);
  await recorded.child.drain(10_000);
  const file = join(home, 'recordings', 'demo');
  const data: Buffer[] = [];
  for await (const item of readRecording(file))
    if (item.kind === 'message' && item.message.data.byteLength > 20)
      data.push(Buffer.from(item.message.data));
  t.same(data, frames, 'what came is there as it came');

  const other = await RestartableNats.open(t);
  const played = new IngestProcess(t, {
    url: other.url,
    home: join(home, 'again'),
    source: { type: 'recording', file },
  });
  await played.initialise();
  await played.promote(1);
  const wanted = (await eventsOf(live.url)).map(({ id, viewer, kind }) => ({
    id: id.split(':').at(-1),
    viewer,
    kind,
  }));
  t.equal(wanted.length, 4);
  let found: typeof wanted = [];
  while (found.length < wanted.length)
    found = (await eventsOf(other.url)).map(({ id, viewer, kind }) => ({
      id: id.split(':').at(-1),
      viewer,
      kind,
    }));
  t.same(found, wanted);
  await played.child.drain(10_000);
});
