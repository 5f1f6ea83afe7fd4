import { createHash, randomInt } from 'node:crypto';

const sdkVersion = '1.0.15';

/** Where to go on after a reconnect; both opaque, and of no use in another broadcast. */
export interface Resume {
  cursor: string;
  internalExt: string;
}

export interface PushTarget {
  /** Origin of the push server. */
  pushUrl: string;
  roomId: string;
  userUniqueId: string;
  userAgent: string;
  resume: Resume;
  signature: string;
}

/** The text that is signed: order fixed, empty values kept. The version in it must be the one of the address. */
export function signatureParams({ roomId, userUniqueId }: { roomId: string; userUniqueId: string }): string {
  return [
    'live_id=1',
    'aid=6383',
    'version_code=180800',
    `webcast_sdk_version=${sdkVersion}`,
    `room_id=${roomId}`,
    'sub_room_id=',
    'sub_channel_id=',
    'did_rule=3',
    `user_unique_id=${userUniqueId}`,
    'device_platform=web',
    'device_type=',
    'ac=',
    'identity=audience',
  ].join(',');
}

/** `X-MS-STUB`: what the page's own signer is called with. */
export const stubOf = (params: string): string => createHash('md5').update(params).digest('hex');

/** What the page makes up when it has no answer of `/webcast/im/fetch/` to go on from. */
export function defaultResume(
  { roomId, userUniqueId }: { roomId: string; userUniqueId: string },
  nowMs: number,
): Resume {
  const words = digits19();
  return {
    cursor: `d-1_u-1_fh-${digits19()}_t-${nowMs}_r-1`,
    internalExt:
      `internal_src:dim|wss_push_room_id:${roomId}|wss_push_did:${userUniqueId}|first_req_ms:${nowMs}` +
      `|fetch_time:${nowMs}|seq:1|wss_info:0-${nowMs}-0-0|wrds_v:${words}`,
  };
}

/** The whole push address, its query keys in the order of the browser. The signature goes in as it is: `+` and `/` unescaped. */
export function pushAddress({ pushUrl, signature, ...visit }: PushTarget): string {
  const origin = pushUrl.replace(/\/+$/, '');
  return `${origin}/webcast/im/push/v2/?${visitQuery(visit)}&signature=${signature.replaceAll(' ', '%20')}`;
}

/** The query of `/webcast/im/fetch/`. Its own signature is not in it: without one the site may answer nothing. */
export function fetchQuery(visit: Visit): string {
  const own = 'resp_content_type=protobuf&fetch_rule=1&last_rtt=0';
  return `${own}&${visitQuery(visit)}`;
}

type Visit = Pick<PushTarget, 'roomId' | 'userUniqueId' | 'userAgent' | 'resume'>;

function visitQuery({ roomId, userUniqueId, userAgent, resume }: Visit): string {
  const query: [string, string][] = [
    ['app_name', 'douyin_web'],
    ['version_code', '180800'],
    ['webcast_sdk_version', sdkVersion],
    ['update_version_code', sdkVersion],
    ['compress', 'gzip'],
    ['device_platform', 'web'],
    ['cookie_enabled', 'true'],
    ['screen_width', '1920'],
    ['screen_height', '1080'],
    ['browser_language', 'zh-CN'],
    ['browser_platform', 'Win32'],
    ['browser_name', 'Mozilla'],
    ['browser_version', userAgent.replace(/^Mozilla\//, '')],
    ['browser_online', 'true'],
    ['tz_name', 'Asia/Shanghai'],
    ['cursor', resume.cursor],
    ['internal_ext', resume.internalExt],
    ['host', 'https://live.douyin.com'],
    ['aid', '6383'],
    ['live_id', '1'],
    ['did_rule', '3'],
    ['endpoint', 'live_pc'],
    ['support_wrds', '1'],
    ['user_unique_id', userUniqueId],
    ['im_path', '/webcast/im/fetch/'],
    ['identity', 'audience'],
    ['need_persist_msg_count', '15'],
    ['insert_task_id', ''],
    ['live_reason', ''],
    ['room_id', roomId],
    ['heartbeatDuration', '0'],
  ];
  return query.map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join('&');
}

function digits19(): string {
  return `7${Array.from({ length: 18 }, () => randomInt(10)).join('')}`;
}
