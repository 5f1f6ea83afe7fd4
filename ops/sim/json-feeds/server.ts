import { openFeed, type FeedServer, type FeedSettings } from '../feeds/feed-server.ts';
import { encoders, idMaker, type FeedName } from './dialects.ts';

export type JsonFeedSettings = FeedSettings & {
  readonly feed: FeedName;
  /** What douyinLive says to who connects. */
  readonly status:
    | 'ROOM_ONLINE'
    | 'ROOM_OFFLINE'
    | 'ACCOUNT_OFFLINE_NO_ROOM'
    | 'ROOM_NOT_FOUND'
    | 'ROOM_STATUS_UNKNOWN'
    | '';
};

/** Opens a simulated douyinLive, relay hub of dycast, oba-live-tool, or a sender of the generic format. */
export async function openJsonFeed(
  options: Partial<JsonFeedSettings> & { readonly feed: FeedName },
): Promise<FeedServer> {
  const { feed, status = 'ROOM_ONLINE' } = options;
  const nextId = idMaker();
  const encode = encoders[feed];
  const isLive = feed === 'douyin-live';
  return await openFeed(
    {
      name: feed,
      encode: (item) => {
        const id = nextId();
        const message = encode(item, id);
        if (!message) return [];
        return [{ id, data: JSON.stringify(feed === 'dycast' ? [message] : message) }];
      },
      ...(isLive ? { accepts: (request) => /^\/ws\/[^/]+$/.test(request.url ?? '') } : {}),
      ...(isLive && status
        ? {
            onClient: (client, admit) => {
              client.on('message', (data) => {
                if ((data as Buffer).toString() === 'ping') client.send('pong');
              });
              client.send(systemStatus(status));
              if (status === 'ROOM_NOT_FOUND') client.close(1000);
              else admit();
            },
          }
        : {}),
      garbage: [
        '{"method":"WebcastChatMessage","user":5}',
        '{',
        '7',
        '{"msg_type":1}',
        Buffer.from([0x00, 0xff]),
      ],
    },
    options,
  );
}

const statuses: Record<string, { live: boolean | null; status: string; valid: boolean; retry: number }> = {
  ROOM_ONLINE: { live: true, status: 'online', valid: true, retry: 0 },
  ROOM_OFFLINE: { live: false, status: 'offline', valid: true, retry: 30 },
  ACCOUNT_OFFLINE_NO_ROOM: { live: false, status: 'account_offline', valid: true, retry: 30 },
  ROOM_ENDED: { live: false, status: 'ended', valid: true, retry: 30 },
  ROOM_NOT_FOUND: { live: false, status: 'not_found', valid: false, retry: 0 },
  ROOM_STATUS_UNKNOWN: { live: null, status: 'unknown', valid: false, retry: 0 },
};

/** A status message of douyinLive. */
export function systemStatus(code: string): string {
  const { live, status, valid, retry } = statuses[code] ?? {
    live: null,
    status: 'error',
    valid: false,
    retry: 0,
  };
  return JSON.stringify({
    type: 'system',
    event: 'live_status',
    code,
    valid,
    live,
    status,
    status_text: status,
    room_id: '516466932480',
    live_name: '小芳的鲜花饼',
    title: live ? '云南鲜花饼 现烤现发' : '',
    avatar_thumb: '',
    message: `状态 ${status}`,
    suggestion: '',
    ...(retry > 0 ? { retry_interval_seconds: retry } : {}),
  });
}
