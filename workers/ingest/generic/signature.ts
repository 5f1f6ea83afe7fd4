import { createHmac, timingSafeEqual } from 'node:crypto';

/** Remembered within the window of time; who sends more than this in it may have the oldest ones repeated, whose events are known. */
const maxRemembered = 50_000;

export type Verdict =
  { kind: 'right' } | { kind: 'wrong'; status: 400 | 401 | 409; field: string; reason: string };

interface SignedRequest {
  timestamp: string;
  signature: string;
  body: Uint8Array;
}

/** `sha256=` and the hex digits of HMAC-SHA256 over the timestamp, a full stop, and the body's bytes. */
export function sign(secret: string, timestamp: string, body: Uint8Array | string): string {
  return `sha256=${createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex')}`;
}

/** Judges requests: signed by who has the secret, sent just now, and not taken before. No clock of its own. */
export class SignatureCheck {
  readonly #secret: string;
  readonly #windowMs: number;
  /** Signature → until when it must be known. */
  readonly #taken = new Map<string, number>();

  constructor({ secret, windowMs }: { secret: string; windowMs: number }) {
    this.#secret = secret;
    this.#windowMs = windowMs;
  }

  judge({ timestamp, signature, body }: SignedRequest, now: number): Verdict {
    if (!/^\d{10}(\d{3})?$/.test(timestamp))
      return wrong(400, 'x-onair-timestamp', 'must be the unix time in seconds or milliseconds');
    const right = Buffer.from(sign(this.#secret, timestamp, body));
    const given = Buffer.from(signature);
    if (given.byteLength !== right.byteLength || !timingSafeEqual(given, right))
      return wrong(
        401,
        'x-onair-signature',
        'must be sha256= and HMAC-SHA256(secret, timestamp + "." + body) in hex',
      );
    const at = timestamp.length === 10 ? Number(timestamp) * 1_000 : Number(timestamp);
    if (Math.abs(now - at) > this.#windowMs)
      return wrong(
        401,
        'x-onair-timestamp',
        `is ${Math.round((now - at) / 1_000)} s off, ${this.#windowMs / 1_000} s are allowed`,
      );
    if (this.#taken.has(signature))
      return wrong(409, 'x-onair-signature', 'has been taken before: a new request needs a new timestamp');
    return { kind: 'right' };
  }

  /** The request is under way, or taken: it is refused from here on. */
  take(signature: string, now: number): void {
    for (const [known, until] of this.#taken) {
      if (until > now && this.#taken.size < maxRemembered) break;
      this.#taken.delete(known);
    }
    this.#taken.set(signature, now + 2 * this.#windowMs);
  }

  /** It came to nothing, and may be sent again as it is. */
  release(signature: string): void {
    this.#taken.delete(signature);
  }
}

function wrong(status: 400 | 401 | 409, field: string, reason: string): Verdict {
  return { kind: 'wrong', status, field, reason };
}
