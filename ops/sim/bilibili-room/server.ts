import type { IncomingMessage, ServerResponse } from 'node:http';
import type { WebSocket } from 'ws';
import { idMaker } from '../json-feeds/dialects.ts';
import { openFeed, type FeedServer, type FeedSettings } from '../feeds/feed-server.ts';
import { commandsOf } from './commands.ts';
import { commandPackets, heartbeatReply, packet, readClientPacket, type Compression } from './packets.ts';

export type BilibiliSettings = FeedSettings & {
  readonly roomId: string;
  readonly shortId: string;
  readonly compression: Compression;
  readonly isLive: () => boolean;
  /** Code with which the authentication is answered; 0 takes everybody, -101 wants a new token. */
  readonly authCode: () => number;
  /** Whether heartbeats are answered. */
  readonly answersHeartbeats: () => boolean;
};

const DEFAULTS = {
  roomId: '22625027',
  shortId: '510',
  compression: 'brotli' as Compression,
  isLive: () => true,
  authCode: () => 0,
  answersHeartbeats: () => true,
};

const buvid = 'A1B2C3D4-0000-1111-2222-333344445555infoc';
const imageKey = '7cd084941338484aae1ad9425b84077c';
const subKey = '4932caff0ff746eab6f01bf08b70ac45';

/** A simulated Bilibili: what is asked over HTTP, and the message server at `/sub`. */
export type BilibiliRoom = FeedServer & {
  readonly asked: string[];
  readonly auths: object[];
  /** The bodies of the heartbeats that came. */
  readonly heartbeats: string[];
};

export async function openBilibiliRoom(options: Partial<BilibiliSettings> = {}): Promise<BilibiliRoom> {
  const settings = { ...DEFAULTS, ...options };
  const nextId = idMaker();
  const asked: string[] = [];
  const auths: object[] = [];
  const heartbeats: string[] = [];
  let tokens = 0;
  const room: FeedServer = await openFeed(
    {
      name: 'bilibili-room',
      encode: (item) => {
        const id = nextId();
        const commands = commandsOf(item, id);
        return commands.length === 0 ? [] : [{ id, data: commandPackets(commands, settings.compression) }];
      },
      accepts: (request) => request.url === '/sub',
      onClient: (client, admit) =>
        converse(client, { settings, admit, token: () => `token-${tokens}`, auths, heartbeats }),
      answer: (request, response) => {
        asked.push(request.url ?? '');
        return answer(request, response, settings, () => `token-${++tokens}`);
      },
      garbage: [
        Buffer.from('garbage'),
        packet(5, 0, '{"cmd":'),
        packet(5, 2, Buffer.from('not zlib')),
        packet(5, 3, Buffer.from([1, 2, 3])),
        Buffer.concat([packet(5, 0, '{"cmd":"LIVE_INTERACTIVE_GAME"}').subarray(0, 20)]),
        'text',
      ],
    },
    options,
  );
  return Object.assign(room, { asked, auths, heartbeats });
}

type Conversation = {
  settings: typeof DEFAULTS;
  admit: () => void;
  token: () => string;
  auths: object[];
  heartbeats: string[];
};

/** Nobody hears anything before the authentication; a wrong one is told so, and sent away. */
function converse(client: WebSocket, { settings, admit, token, auths, heartbeats }: Conversation): void {
  client.on('message', (data: Buffer) => {
    const { operation, body } = readClientPacket(data);
    if (operation === 2) heartbeats.push(body.toString());
    if (operation === 2 && settings.answersHeartbeats()) client.send(heartbeatReply(1_234, body));
    if (operation !== 7) return;
    const auth = JSON.parse(body.toString()) as Record<string, unknown>;
    auths.push(auth);
    const isRight =
      String(auth['roomid']) === settings.roomId &&
      auth['key'] === token() &&
      auth['buvid'] === buvid &&
      auth['protover'] === 3 &&
      auth['platform'] === 'web';
    const code = settings.authCode() || (isRight ? 0 : -101);
    client.send(packet(8, 1, JSON.stringify({ code })));
    if (code === 0) admit();
    else client.close();
  });
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  settings: typeof DEFAULTS,
  newToken: () => string,
): boolean {
  const url = new URL(request.url ?? '', 'http://localhost');
  const reply = (body: object) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    return true;
  };
  const known = [settings.roomId, settings.shortId].includes(
    url.searchParams.get('room_id') ?? url.searchParams.get('id') ?? '',
  );
  switch (url.pathname) {
    case '/x/frontend/finger/spi':
      return reply({ code: 0, data: { b_3: buvid, b_4: 'x' }, message: 'ok' });
    case '/x/web-interface/nav':
      return reply({
        code: -101,
        message: '账号未登录',
        data: {
          isLogin: false,
          wbi_img: {
            img_url: `https://i0.hdslb.com/bfs/wbi/${imageKey}.png`,
            sub_url: `https://i0.hdslb.com/bfs/wbi/${subKey}.png`,
          },
        },
      });
    case '/xlive/web-room/v1/index/getInfoByRoom':
      return reply(
        known
          ? { code: 0, data: roomInfo(settings) }
          : { code: 19002000, message: '获取初始化数据失败', data: null },
      );
    case '/room/v1/Room/room_init':
      return reply(
        known ? { code: 0, data: roomInfo(settings).room_info } : { code: 60004, message: '直播间不存在' },
      );
    case '/xlive/web-room/v1/index/getDanmuInfo': {
      const signed =
        /^[0-9a-f]{32}$/.test(url.searchParams.get('w_rid') ?? '') && url.searchParams.has('wts');
      if (!signed || !(request.headers.cookie ?? '').includes(`buvid3=${buvid}`))
        return reply({ code: -352, message: '-352' });
      return reply({
        code: 0,
        data: {
          token: newToken(),
          host_list: [
            { host: 'tx-bj-live-comet-01.chat.bilibili.com', port: 2243, wss_port: 443, ws_port: 2244 },
          ],
        },
      });
    }
    default:
      return false;
  }
}

function roomInfo({ roomId, shortId, isLive }: typeof DEFAULTS) {
  return {
    room_info: {
      uid: 8739477,
      room_id: Number(roomId),
      short_id: Number(shortId),
      title: '云南鲜花饼',
      live_status: isLive() ? 1 : 0,
    },
    anchor_info: { base_info: { uname: '小芳的鲜花饼' } },
  };
}
