import { once } from 'node:events';
import { gunzipSync } from 'node:zlib';
import WebSocket from 'ws';
import { decode, encode, part, type Decoded } from './webcast-proto.ts';

/** A query that a browser would send. */
export function browserQuery(roomId: string, changes: Readonly<Record<string, string>> = {}): string {
  const query: Record<string, string> = {
    app_name: 'douyin_web',
    version_code: '180800',
    webcast_sdk_version: '1.0.15',
    update_version_code: '1.0.15',
    compress: 'gzip',
    device_platform: 'web',
    cookie_enabled: 'true',
    screen_width: '1920',
    screen_height: '1080',
    browser_language: 'zh-CN',
    browser_platform: 'Win32',
    browser_name: 'Mozilla',
    browser_version: '5.0%20(test)',
    browser_online: 'true',
    tz_name: 'Asia/Shanghai',
    cursor: '',
    internal_ext: '',
    host: 'https://live.douyin.com',
    aid: '6383',
    live_id: '1',
    did_rule: '3',
    endpoint: 'live_pc',
    support_wrds: '1',
    user_unique_id: '7659776308930922010',
    im_path: '/webcast/im/fetch/',
    identity: 'audience',
    need_persist_msg_count: '15',
    insert_task_id: '',
    live_reason: '',
    room_id: roomId,
    heartbeatDuration: '0',
    signature: 'x',
    ...changes,
  };
  return Object.entries(query)
    .map(([key, value]) => `${key}=${value}`)
    .join('&');
}

export const BROWSER_HEADERS = {
  Cookie: 'ttwid=1%7Cabc; other=1',
  'User-Agent': 'Mozilla/5.0 (test)',
  Origin: 'https://live.douyin.com',
  Referer: 'https://live.douyin.com/demo',
};

/** A frame as the client took it apart. */
export type Received = {
  readonly frame: Decoded;
  readonly response: Decoded;
  readonly messages: readonly Decoded[];
};

export type ClientOptions = {
  readonly changes?: Readonly<Record<string, string>>;
  /** Confirm frames that ask for it. */
  readonly ack?: boolean;
  readonly autoPong?: boolean;
};

/** A viewer's client: frames come out of {@link next} in order, decoded, and are acked unless told otherwise. */
export class TestClient implements AsyncDisposable {
  readonly socket: WebSocket;
  readonly closed: Promise<number>;
  readonly #ack: boolean;
  readonly #arrived: Buffer[] = [];
  #wake: (() => void) | undefined;

  constructor(room: { readonly wsUrl: string; readonly roomId: string }, options: ClientOptions = {}) {
    const { changes = {}, ack = true, autoPong = true } = options;
    this.#ack = ack;
    this.socket = new WebSocket(`${room.wsUrl}?${browserQuery(room.roomId, changes)}`, {
      headers: BROWSER_HEADERS,
      autoPong,
    });
    const { promise, resolve } = Promise.withResolvers<number>();
    this.closed = promise;
    this.socket.on('close', resolve);
    this.socket.on('error', () => undefined);
    this.socket.on('message', (data: Buffer) => {
      this.#arrived.push(data);
      this.#wake?.();
    });
  }

  /** The next frame's bytes. */
  async nextRaw(): Promise<Buffer> {
    for (;;) {
      const bytes = this.#arrived.shift();
      if (bytes !== undefined) return bytes;
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      this.#wake = resolve;
      void this.closed.then((code) => reject(new Error(`The socket closed with ${code}`)));
      await promise;
    }
  }

  /** The next frame that carries a Response. */
  async next(): Promise<Received> {
    for (;;) {
      const frame = decode('PushFrame', await this.nextRaw());
      if (frame['payload_type'] !== 'msg') continue;
      const response = decode('Response', gunzipSync(Buffer.from(frame['payload'] as Buffer)));
      if (this.#ack && response['need_ack'] === true)
        this.confirm(frame, `${String(response['internal_ext'])}`);
      return { frame, response, messages: (response['messages'] as Decoded[] | undefined) ?? [] };
    }
  }

  /** The next frame with messages in it. */
  async nextMessages(): Promise<readonly Decoded[]> {
    for (;;) {
      const { messages } = await this.next();
      if (messages.length > 0) return messages;
    }
  }

  confirm(frame: Decoded, internalExt: string): void {
    const payload = Buffer.from(internalExt);
    this.socket.send(encode('PushFrame', { log_id: frame['log_id'], payload_type: 'ack', payload }));
  }

  heartbeat(): void {
    this.socket.send(Buffer.from('3a026862', 'hex'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.terminate();
    await this.closed;
  }
}

/** Waits until a refused handshake was answered. */
export async function refusedHeaders(client: TestClient): Promise<{ status: number; headers: Decoded }> {
  const [, response] = await once(client.socket, 'unexpected-response');
  response.resume();
  return { status: response.statusCode, headers: response.headers };
}

/** Decodes the chats among messages and answers what they say. */
export function chatTexts(messages: readonly Decoded[]): unknown[] {
  return messages
    .filter((message) => message['method'] === 'WebcastChatMessage')
    .map((message) => decode('ChatMessage', message['payload'] as Buffer)['content']);
}

export { part };
