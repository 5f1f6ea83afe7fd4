import { createUser, fromPublic } from '@nats-io/nkeys';
import { nkeyAuthenticator as theirs } from '@nats-io/transport-node';
import t from 'tap';
import { mintUserKey, nkeyAuthenticator } from '../../protocol/nkey.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

void t.test('nkeyAuthenticator() says what the client itself would say', (t) => {
  for (let round = 0; round < 20; round++) {
    const seed = new TextDecoder().decode(createUser().getSeed());
    for (const nonce of ['PXoWU7zWAMt75FY', '', 'é', undefined])
      t.same(nkeyAuthenticator(seed)(nonce), theirs(bytes(seed))(nonce));
  }
  t.end();
});

void t.test('mintUserKey() makes keys that are never the same, and prove what they are', (t) => {
  const keys = Array.from({ length: 50 }, mintUserKey);
  t.equal(new Set(keys.map(({ seed }) => seed)).size, 50);
  for (const { seed, publicKey } of keys) {
    t.match(publicKey, /^U[A-Z2-7]{55}$/);
    t.match(seed, /^SU[A-Z2-7]{56}$/);
    const { nkey, sig } = nkeyAuthenticator(seed)('nonce');
    t.equal(nkey, publicKey);
    t.ok(fromPublic(publicKey).verify(bytes('nonce'), Buffer.from(sig, 'base64')));
  }
  t.end();
});

void t.test('nkeyAuthenticator() refuses what is no seed', (t) => {
  for (const wrong of ['', 'SUA', mintUserKey().publicKey, mintUserKey().seed.replace(/.$/, '!')])
    t.throws(() => nkeyAuthenticator(wrong), `"${wrong}"`);
  t.end();
});
