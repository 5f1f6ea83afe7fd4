const dayMs = 86_400_000;

/** So long before they end, people are told. */
export const warnAheadMs = dayMs;

/** A cookie that tells by itself until when the login holds. */
export interface Expiry {
  name: string;
  /** Unix milliseconds. */
  at: number;
}

/** Fields of known cookies, after decoding `%7C` and the like. A value that is not of this form tells nothing. */
const readers: Record<string, (fields: string) => number | undefined> = {
  // Douyin: sessionid|created|maxAge|date, the first two times in seconds.
  sid_guard: (text) => {
    const [, created = '', maxAge = ''] = text.split('|');
    return sum(created, maxAge);
  },
  // Bilibili: token,expiry,check; in seconds.
  SESSDATA: (text) => sum(text.split(',')[1] ?? '', '0'),
};

/** When the first of the logins in a cookie header (or a file with one cookie a line) ends; undefined: nothing tells. */
export function expiryOf(cookies: string): Expiry | undefined {
  let first: Expiry | undefined;
  for (const [name, value] of pairsOf(cookies)) {
    const at = Object.hasOwn(readers, name) ? readers[name]?.(unescaped(value)) : undefined;
    if (at !== undefined && (!first || at < first.at)) first = { name, at };
  }
  return first;
}

/** Names and values in a cookie header, or a file with one cookie a line; of a name that occurs twice, the last. */
export function pairsOf(cookies: string): Map<string, string> {
  const pairs = new Map<string, string>();
  for (const pair of cookies.split(/[;\r\n]+/)) {
    const at = pair.indexOf('=');
    if (at > 0) pairs.set(pair.slice(0, at).trim(), pair.slice(at + 1).trim());
  }
  return pairs;
}

/** Unix milliseconds of two numbers of seconds; undefined unless that is a time of this century. */
function sum(start: string, length: string): number | undefined {
  if (!/^\d{1,12}$/.test(start) || !/^\d{1,12}$/.test(length)) return undefined;
  const at = (Number(start) + Number(length)) * 1_000;
  return at > 946_684_800_000 && at < 4_102_444_800_000 ? at : undefined;
}

function unescaped(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
