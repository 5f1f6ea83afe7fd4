import type { IncomingHttpHeaders } from 'node:http';
import type { SignatureCheck } from '../wire/signature.ts';

/** Keys that browsers send in the address of the push socket; all have to be there, empty ones too. */
export const QUERY_KEYS = [
  'app_name',
  'version_code',
  'webcast_sdk_version',
  'update_version_code',
  'compress',
  'device_platform',
  'cookie_enabled',
  'screen_width',
  'screen_height',
  'browser_language',
  'browser_platform',
  'browser_name',
  'browser_version',
  'browser_online',
  'tz_name',
  'cursor',
  'internal_ext',
  'host',
  'aid',
  'live_id',
  'did_rule',
  'endpoint',
  'support_wrds',
  'user_unique_id',
  'im_path',
  'identity',
  'need_persist_msg_count',
  'insert_task_id',
  'live_reason',
  'room_id',
  'heartbeatDuration',
  'signature',
] as const;

/** What a handshake is judged by. */
export type HandshakeRequest = {
  readonly query: ReadonlyMap<string, string>;
  readonly headers: IncomingHttpHeaders;
  readonly roomId: string;
  /** Undefined: any signature will do, even an empty one. */
  readonly checkSignature: SignatureCheck | undefined;
};

/** `refusal` names what is missing or wrong (empty = welcome); `remarks` what a browser would do otherwise. */
export type HandshakeVerdict = { readonly refusal: readonly string[]; readonly remarks: readonly string[] };

/** Judges a handshake as the platform does, which answers HTTP 200 and DEVICE_BLOCKED to what it does not like. */
export function judgeHandshake({
  query,
  headers,
  roomId,
  checkSignature,
}: HandshakeRequest): HandshakeVerdict {
  const refusal: string[] = QUERY_KEYS.filter((key) => !query.has(key)).map(
    (key) => `query ${key} is absent`,
  );
  const fixed = { aid: '6383', live_id: '1', room_id: roomId };
  for (const [key, wanted] of Object.entries(fixed)) {
    const found = query.get(key);
    if (found !== undefined && found !== wanted)
      refusal.push(`query ${key} must be ${wanted}, got "${found}"`);
  }
  if (query.get('user_unique_id') === '') refusal.push('query user_unique_id is empty');
  if (readCookie(headers.cookie, 'ttwid') === undefined) refusal.push('cookie ttwid is absent');
  if (headers['user-agent'] === undefined) refusal.push('header User-Agent is absent');
  if (headers.origin === undefined) refusal.push('header Origin is absent');
  if (refusal.length === 0 && checkSignature !== undefined) {
    const request = {
      roomId,
      userUniqueId: query.get('user_unique_id') ?? '',
      sdkVersion: query.get('webcast_sdk_version') ?? '',
    };
    if (!checkSignature(request, query.get('signature') ?? '')) refusal.push('query signature is wrong');
  }
  return { refusal, remarks: remarksOn(query, headers) };
}

function remarksOn(query: ReadonlyMap<string, string>, headers: IncomingHttpHeaders): string[] {
  const usual = {
    app_name: 'douyin_web',
    version_code: '180800',
    compress: 'gzip',
    device_platform: 'web',
    did_rule: '3',
    endpoint: 'live_pc',
    support_wrds: '1',
    identity: 'audience',
    im_path: '/webcast/im/fetch/',
    browser_version: (headers['user-agent'] ?? '').replace(/^Mozilla\//, ''),
  };
  const remarks = Object.entries(usual).flatMap(([key, wanted]) => {
    const found = query.get(key);
    return found === undefined || found === wanted
      ? []
      : [`query ${key} is "${found}", a browser sends "${wanted}"`];
  });
  if (headers.referer === undefined) remarks.push('header Referer is absent');
  return remarks;
}

/**
 * Reads a query string as the platform does: only %-escapes are taken apart, because an unescaped `+` of a signature
 * means itself, not a space. A malformed escape stays as it is.
 */
export function readQuery(url: string): Map<string, string> {
  const start = url.indexOf('?');
  const pairs = start === -1 ? [] : url.slice(start + 1).split('&');
  return new Map(
    pairs
      .filter((pair) => pair !== '')
      .map((pair) => {
        const equals = pair.indexOf('=');
        return equals === -1
          ? [unescape(pair), '']
          : [unescape(pair.slice(0, equals)), unescape(pair.slice(equals + 1))];
      }),
  );
}

/** Finds one cookie of a Cookie header. */
export function readCookie(header: string | undefined, name: string): string | undefined {
  const found = (header ?? '').split(';').map((part) => part.trim());
  return found.find((part) => part.startsWith(`${name}=`))?.slice(name.length + 1);
}

function unescape(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}
