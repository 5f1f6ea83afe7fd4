import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readCookie, readQuery } from '../room/handshake.ts';
import { answerControl, type RoomControl } from './control.ts';
import {
  renderCaptchaPage,
  renderEnterAnswer,
  renderRoomPage,
  renderStubPage,
  userUniqueIdOf,
} from './page.ts';
import type { Served } from './served.ts';

/** What the HTTP side needs of the room. */
export type RoomFront = {
  readonly served: Served;
  /** Whether this page request is to get the stub; asking uses the stub up. */
  readonly takeStub: (acNonce: string | undefined) => boolean;
  readonly poll: (query: ReadonlyMap<string, string>) => Buffer;
  readonly control: RoomControl;
};

/** Answers everything but the push socket: pages, `web/enter`, `im/fetch` and the simulator's own `/sim/`. */
export async function answerRequest(
  request: IncomingMessage,
  response: ServerResponse,
  front: RoomFront,
): Promise<void> {
  const path = (request.url ?? '/').split('?')[0] ?? '/';
  if (path.startsWith('/sim/')) return await answerControl(request, response, front.control);
  const { state } = front.served.facts('enter');
  if (state === 'rate-limited') return send(response, 429, 'text/plain', 'too many requests\n');
  const query = readQuery(request.url ?? '/');
  const ttwid = readCookie(request.headers.cookie, 'ttwid');
  if (request.method !== 'GET')
    return send(response, 405, 'text/plain', `${request.method} is not allowed here\n`);
  switch (path) {
    case '/webcast/room/web/enter/': {
      // Under risk control, and to devices without a cookie, the platform answers an empty body.
      const facts = front.served.facts('enter');
      const known = query.get('web_rid') === facts.webRid;
      const body = ttwid === undefined ? '' : renderEnterAnswer(known ? facts : undefined, Date.now());
      return send(response, 200, 'application/json; charset=utf-8', body);
    }
    case '/webcast/im/fetch/':
      return answerFetch(response, front, query);
    case '/webcast/im/push/v2/':
      return send(response, 426, 'text/plain', 'This is a WebSocket\n');
    default:
      return answerPage(path, response, front, {
        ttwid,
        acNonce: readCookie(request.headers.cookie, '__ac_nonce'),
      });
  }
}

/** Without its signature the platform may answer JSON or nothing. */
function answerFetch(response: ServerResponse, front: RoomFront, query: ReadonlyMap<string, string>): void {
  switch (front.served.fetchAnswer) {
    case 'right':
      return send(response, 200, 'application/protobuf', front.poll(query));
    case 'empty':
      return send(response, 200, 'application/protobuf', '');
    case 'json':
      return send(response, 200, 'application/json', '{"status_code":10011,"data":{}}');
    case 'unavailable':
      return send(response, 503, 'text/plain', 'Service Unavailable\n');
  }
}

function answerPage(
  path: string,
  response: ServerResponse,
  front: RoomFront,
  cookies: { readonly ttwid: string | undefined; readonly acNonce: string | undefined },
): void {
  if (front.takeStub(cookies.acNonce)) {
    response.setHeader('Set-Cookie', `__ac_nonce=0${randomBytes(10).toString('hex')}; Path=/; Max-Age=1800`);
    return send(response, 200, HTML, renderStubPage());
  }
  const ttwid = cookies.ttwid ?? `1%7C${randomBytes(24).toString('base64url')}%7C${Date.now()}`;
  if (cookies.ttwid === undefined) {
    response.setHeader(
      'Set-Cookie',
      `ttwid=${ttwid}; Path=/; Max-Age=31536000; HttpOnly; SameSite=None; Secure`,
    );
  }
  const facts = front.served.facts('page');
  if (facts.state === 'empty') return send(response, 200, HTML, '');
  if (facts.state === 'captcha') return send(response, 200, HTML, renderCaptchaPage());
  const webRid = decodePath(path.slice(1));
  if (webRid === '') return send(response, 200, HTML, '<!DOCTYPE html><title>抖音直播</title>');
  return send(
    response,
    200,
    HTML,
    renderRoomPage(
      webRid === facts.webRid && facts.state !== 'not-found' ? facts : undefined,
      userUniqueIdOf(ttwid),
    ),
  );
}

const HTML = 'text/html; charset=utf-8';

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch (error) {
    if (error instanceof URIError) return path;
    throw error;
  }
}

function send(response: ServerResponse, status: number, type: string, body: string | Uint8Array): void {
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
}
