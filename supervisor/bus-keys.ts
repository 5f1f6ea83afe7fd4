import { createUser } from '@nats-io/nkeys';
import type { BusUser } from '../protocol/roles.ts';
import { roles } from '../protocol/roles.ts';

export interface BusKey {
  publicKey: string;
  seed: string;
}

/** A fresh nkey for everybody who may log in. They live as long as the supervisor. */
export function mintKeys(): Map<BusUser, BusKey> {
  const users: BusUser[] = ['supervisor', 'operator', 'console', ...roles.filter((role) => role !== 'sim')];
  return new Map(
    users.map((user) => {
      const pair = createUser();
      const seed = new TextDecoder().decode(pair.getSeed());
      return [user, { publicKey: pair.getPublicKey(), seed }];
    }),
  );
}
