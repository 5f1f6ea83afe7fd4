import { join } from 'node:path';
import t from 'tap';
import { readAddress } from '../../../workers/audio/outputs/stream/address.ts';
import { StreamClient } from './outputs/stream/stream-client.ts';
import { HostedRoom } from './hosted-room.ts';

const lease = 'audio:demo';

void t.test('after kill -9 the successor streams at the same address, and little is missed', async (t) => {
  const room = await HostedRoom.open(t);
  const audio = { outputs: ['null'], also: ['stream'] };
  const file = join(room.home, 'run', 'demo.stream.json');
  const first = await room.spare(audio);
  first.start({ lease, epoch: 1 });
  await first.report('started');
  const second = await room.spare(audio);
  await room.playhead(() => readAddress(file) !== undefined);
  const url = readAddress(file)?.url ?? '';
  const client = new StreamClient(t, url);
  await client.until(({ frames }) => frames.length >= 10);

  await first.kill();
  second.start({ lease, epoch: 2 });
  await client.until(({ closed }) => closed !== undefined);
  const query = `?stream=${client.hello?.stream}&position=0`;
  let again = new StreamClient(t, url, { query });
  for (;;) {
    await again.until(({ frames, refused }) => frames.length > 0 || refused !== '');
    if (again.refused === '') break;
    again = new StreamClient(t, url, { query });
  }
  const missed = again.frames[0]?.position ?? Infinity;
  t.ok(missed < 48_000, `${missed} samples were missed`);
  t.not(again.hello?.stream, client.hello?.stream);
  t.equal(readAddress(file)?.url, url);
  t.comment(
    `${Math.round((again.frames[0]?.cameAt ?? 0) - (client.frames.at(-1)?.cameAt ?? 0))} ms between two frames`,
  );
  second.send({ kind: 'drain', deadlineMs: 10_000, handOver: false });
  t.match(await second.ended, { code: 0 });
});
