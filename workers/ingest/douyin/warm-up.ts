import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { WebSocketServer } from 'ws';
import { encode } from '../../../protocol/codec.ts';
import { delay } from '../../delay.ts';
import { headersOf } from '../../message-headers.ts';
import { FaultLog } from '../fault-log.ts';
import { RoomEvents } from '../room-events.ts';
import { Tally } from '../tally.ts';
import { DouyinSource } from './douyin-source.ts';
import { readPlace } from './place.ts';
import { encodeSample } from './schema.ts';

const timeoutMs = 5_000;
/** So often the engine compiles what it runs. */
const frames = 200;

/**
 * Reads a room of its own making, on the loopback, from its page to its last frame: afterwards everything is loaded and compiled. What a
 * process does for the first time takes it ten times as long, and a successor has no time. Throws when it does not come to its end.
 */
export async function warmUpDouyin(signal: AbortSignal): Promise<void> {
  const stop = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  const server = createServer((_request, response) => response.end(page));
  const push = new WebSocketServer({ server });
  push.on('connection', (socket) => {
    const frame = sampleFrame();
    for (let count = 0; count < frames; count++) socket.send(frame);
  });
  try {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening', { signal: stop });
    const { port } = server.address() as AddressInfo;
    await readAll(port, stop);
  } finally {
    for (const client of push.clients) client.terminate();
    push.close();
    server.closeAllConnections();
    server.close();
  }
}

async function readAll(port: number, signal: AbortSignal): Promise<void> {
  await using source = new DouyinSource({
    room: 'warm-up',
    config: {
      type: 'douyin',
      webRid: 'warm-up',
      pageUrl: `http://127.0.0.1:${port}`,
      pushUrls: [`ws://127.0.0.1:${port}`],
      cookie: 'ttwid=warm-up',
      cookieFile: '',
      refresh: { type: 'none' },
      userAgent: 'Mozilla/5.0',
      signer: { type: 'none' },
    },
    tally: new Tally({}),
    faults: new FaultLog({ warn: () => undefined }),
    isCertain: () => true,
    place: () => '',
    onPlace: (write) => void readPlace(write()),
    onRaw: () => undefined,
    onCondition: () => undefined,
    credentials: { read: () => Promise.resolve('ttwid=warm-up') },
  });
  const opening = await source.open(signal);
  if (opening.kind !== 'open') throw new Error(`The room for the warm-up is ${opening.kind}`);
  await using feed = opening.feed;
  const ttls = { chatTtlMs: 1, paidTtlMs: 1, greetingTtlMs: 1 };
  const events = new RoomEvents({ room: 'warm-up', platform: source.platform, ttls });
  let left = frames;
  for await (const frame of feed.frames(signal)) {
    for (const observation of frame.observations) {
      const event = events.admit(
        { ...observation, messageId: `${left}.${observation.body.kind}` },
        frame.receivedAt,
      );
      if (event) headersOf('event', event);
      if (event) encode('event', event);
    }
    frame.acknowledge();
    left -= 1;
    if (left === 0) return;
    // One after the other, as they come from a room.
    if (left % 20 === 0) await delay(0, signal);
  }
  throw new Error('The room for the warm-up ended early');
}

const user = {
  id: '7300000000000000001',
  nickname: '暖场',
  level: 3,
  payGrade: { level: 3 },
  fansClub: { data: { level: 1 } },
  secUid: 'warm',
};
const common = { msgId: '7300000000000000002', createTime: '1700000000' };
const bodies: Record<string, object> = {
  Chat: { content: '你好', eventTime: '1700000000' },
  EmojiChat: { defaultContent: '[捂脸]' },
  Gift: {
    giftId: '4',
    groupCount: '1',
    comboCount: '2',
    repeatCount: '2',
    groupId: '9',
    gift: { id: '4', diamondCount: 1, name: '花' },
  },
  Like: { count: '1', total: '2' },
  Member: { memberCount: '5', action: '1' },
  Social: { action: '1', followCount: '1' },
  Fansclub: { action: 2 },
  RoomUserSeq: { total: '5', totalUser: '9', totalUserStr: '9' },
};

function sampleFrame(): Uint8Array {
  const messages = Object.entries(bodies).map(([name, fields]) =>
    encodeSample('Message', {
      method: `Webcast${name}Message`,
      payload: encodeSample(name, { common, user, ...fields }),
      msgId: common.msgId,
    }),
  );
  const response = encodeSample('Response', { messages, cursor: 'c', internalExt: 'e', needAck: true });
  return encodeSample('PushFrame', { logId: '1', payloadType: 'msg', payload: gzipSync(response) });
}

const store = {
  roomInfo: {
    room: { id_str: '7300000000000000003', status: 2, title: 't' },
    roomId: '7300000000000000003',
    anchor: { id_str: '1', nickname: 'a' },
  },
};
const state = `["$",{"state":{"roomStore":${JSON.stringify(store)},"userStore":{"odin":{"user_unique_id":"7300000000000000004"}}}}]`;
const page = `<script>self.__pace_f.push([1,${JSON.stringify(state)}])</script>`;
