import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import t from 'tap';
import { bilibiliSchema } from '../../../../protocol/sources/bilibili.ts';
import { RoomApi } from '../../../../workers/ingest/bilibili/room-api.ts';
import { WebClient } from '../../../../workers/ingest/web-client.ts';

const signal = AbortSignal.timeout(60_000);

/** Tells of the room and its servers, and nothing of devices and keys. */
async function openApi(t: Parameters<typeof startWeb>[0], status = 404) {
  const asked: { path: string; cookie: string; query: URLSearchParams }[] = [];
  const origin = await startWeb(t, (path, query, cookie) => {
    asked.push({ path, query, cookie });
    if (path.endsWith('/getInfoByRoom'))
      return { room_info: { room_id: 23058, live_status: 1, title: '直播' } };
    if (path.endsWith('/getDanmuInfo'))
      return { token: 'a token', host_list: [{ host: 'feed.example', wss_port: 443 }] };
    return status;
  });
  const config = bilibiliSchema.parse({ type: 'bilibili', roomId: '6', liveUrl: origin, apiUrl: origin });
  const web = new WebClient();
  t.teardown(async () => await web[Symbol.asyncDispose]());
  return { asked, api: new RoomApi(config, web, { read: () => Promise.resolve('') }) };
}

async function startWeb(
  t: { teardown: (end: () => Promise<void>) => void },
  answer: (path: string, query: URLSearchParams, cookie: string) => object | number,
): Promise<string> {
  const server = createServer(({ url = '', headers }, response) => {
    const { pathname, searchParams } = new URL(url, 'http://localhost');
    const found = answer(pathname, searchParams, headers.cookie ?? '');
    if (typeof found === 'number') response.writeHead(found).end('<html></html>');
    else response.end(JSON.stringify({ code: 0, data: found }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

void t.test('RoomApi goes on without a device and a key when nobody tells them', async (t) => {
  const { api, asked } = await openApi(t);
  const identity = await api.identify(signal);
  t.match(identity, { buvid: /^[\dA-F]{8}(-[\dA-F]{4}){3}-[\dA-F]{12}\d{5}infoc$/, uid: '0' });
  t.equal((await api.identify(signal)).buvid, identity.buvid, 'it is one and the same device');
  t.match(await api.room(identity.cookie, signal), { state: 'live', roomId: '23058', title: '直播' });
  t.same(await api.messageServers('23058', identity, signal), {
    addresses: ['wss://feed.example:443'],
    token: 'a token',
  });
  const last = asked.at(-1);
  t.equal(last?.cookie, `buvid3=${identity.buvid}`);
  t.equal(last?.query.get('id'), '23058');
});

void t.test('RoomApi does not hide that the platform refuses it, or cannot answer', async (t) => {
  for (const [status, code] of [
    [412, 'authentication'],
    [503, 'network'],
  ] as const) {
    const { api } = await openApi(t, status);
    await t.rejects(api.identify(signal), { code });
  }
});
