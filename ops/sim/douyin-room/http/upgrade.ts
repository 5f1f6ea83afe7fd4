import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { judgeHandshake, readQuery } from '../room/handshake.ts';
import type { SignatureCheck } from '../wire/signature.ts';

/** A handshake that was turned away, and why. */
export type Refusal = { readonly at: number; readonly url: string; readonly missing: readonly string[] };

/** How the platform turns a client away. */
export type RefusalKind = 'blocked' | 'bad-gateway';

/** A handshake that may proceed. */
export type Welcome = { readonly query: ReadonlyMap<string, string>; readonly remarks: readonly string[] };

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
  return verdict.refusal.length > 0 ? refuse(...verdict.refusal) : { query, remarks: verdict.remarks };
}

/** Answers as the platform does: 200 with DEVICE_BLOCKED (seen since 2024), or 502 (seen in 2023). */
export function refuseUpgrade(stream: Duplex, kind: RefusalKind): void {
  const lines =
    kind === 'blocked'
      ? ['HTTP/1.1 200 OK', 'handshake-msg: DEVICE_BLOCKED', 'handshake-status: 415']
      : ['HTTP/1.1 502 Bad Gateway'];
  stream.end([...lines, 'Content-Length: 0', 'Connection: close', '', ''].join('\r\n'));
}
