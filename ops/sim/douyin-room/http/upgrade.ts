import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import type { RefusalKind } from '../scenario/fault.ts';
import { judgeHandshake, readQuery } from '../room/handshake.ts';
import type { SignatureCheck } from '../wire/signature.ts';

/** A handshake that was turned away, and why. */
export type Refusal = { readonly at: number; readonly url: string; readonly missing: readonly string[] };

/** A handshake that may proceed. */
export type Welcome = {
  readonly query: ReadonlyMap<string, string>;
  /** The Host header. */
  readonly host: string;
  readonly remarks: readonly string[];
};

export type UpgradeRules = {
  readonly roomId: string;
  readonly checkSignature: SignatureCheck | undefined;
  /** Refuse this one whatever it says. */
  readonly forced: RefusalKind | undefined;
};

/** Judges an upgrade; the answer of a refusal is {@link refuseUpgrade}'s to write. */
export function judgeUpgrade(request: IncomingMessage, rules: UpgradeRules): Welcome | Refusal {
  const url = request.url ?? '';
  const refuse = (...missing: string[]): Refusal => ({ at: Date.now(), url, missing });
  if (url.split('?')[0] !== '/webcast/im/push/v2/')
    return refuse(`path ${url.split('?')[0]} is no push socket`);
  if (rules.forced !== undefined) return refuse(`fault: ${rules.forced}`);
  const query = readQuery(url);
  const verdict = judgeHandshake({ query, headers: request.headers, ...rules });
  return verdict.refusal.length > 0
    ? refuse(...verdict.refusal)
    : { query, host: request.headers.host ?? '', remarks: verdict.remarks };
}

/** Answers as the platform does: 200 with DEVICE_BLOCKED (seen since 2024), or 502 (seen in 2023); or as networks do. */
export function refuseUpgrade(stream: Duplex, kind: RefusalKind): void {
  if (kind === 'silent') return;
  const text = [...HEADS[kind], 'Content-Length: 0', 'Connection: close', '', ''].join('\r\n');
  if (kind === 'slow') void trickle(stream, text);
  else stream.end(text);
}

const HEADS: Readonly<Record<Exclude<RefusalKind, 'silent'>, readonly string[]>> = {
  blocked: ['HTTP/1.1 200 OK', 'handshake-msg: DEVICE_BLOCKED', 'handshake-status: 415'],
  'bad-gateway': ['HTTP/1.1 502 Bad Gateway'],
  forbidden: ['HTTP/1.1 403 Forbidden'],
  'not-found': ['HTTP/1.1 404 Not Found'],
  'too-many': ['HTTP/1.1 429 Too Many Requests'],
  unavailable: ['HTTP/1.1 503 Service Unavailable'],
  slow: ['HTTP/1.1 101 Switching Protocols'],
};

/** One byte a second, until the other side is gone. */
async function trickle(stream: Duplex, text: string): Promise<void> {
  for (const byte of text) {
    if (stream.destroyed) return;
    stream.write(byte);
    await wait(1_000, undefined, { ref: false });
  }
}
