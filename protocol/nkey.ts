import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { Prefix, createUser } from '@nats-io/nkeys';
import { Codec } from '@nats-io/nkeys/lib/codec.js';

/** What comes before the 32 bytes of an Ed25519 key in PKCS #8 (RFC 8410). */
const pkcs8Head = Buffer.from('302e020100300506032b657004220420', 'hex');

export interface UserKey {
  /** `U…`: what the server knows. */
  publicKey: string;
  /** `SU…`: what proves it. */
  seed: string;
}

/**
 * NATS user keys with the arithmetic of the runtime. The client's own is in JavaScript: a login takes 20 to 60 ms of it in a process that
 * has just begun and 120 ms in one whose code is never optimised, and after the bus was away everybody logs in at once. This takes 0.2 ms.
 */
export function mintUserKey(): UserKey {
  const seed = new TextDecoder().decode(createUser().getSeed());
  return { seed, publicKey: publicKeyOf(privateKeyOf(seed)) };
}

/** For a connection's option `authenticator`; throws for a seed that is none. */
export function nkeyAuthenticator(seed: string): (nonce?: string) => { nkey: string; sig: string } {
  const key = privateKeyOf(seed);
  const nkey = publicKeyOf(key);
  return (nonce = '') => ({
    nkey,
    sig: nonce === '' ? '' : sign(null, Buffer.from(nonce), key).toString('base64'),
  });
}

function privateKeyOf(seed: string): KeyObject {
  const { buf: raw } = Codec.decodeSeed(new TextEncoder().encode(seed));
  return createPrivateKey({ key: Buffer.concat([pkcs8Head, raw]), format: 'der', type: 'pkcs8' });
}

function publicKeyOf(key: KeyObject): string {
  const raw = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32);
  return new TextDecoder().decode(Codec.encode(Prefix.User, raw));
}
