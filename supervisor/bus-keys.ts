import type { UserKey } from '../protocol/nkey.ts';
import { mintUserKey } from '../protocol/nkey.ts';
import type { BusUser } from '../protocol/roles.ts';
import { roles } from '../protocol/roles.ts';

/** A fresh nkey for everybody who may log in. They live as long as the supervisor. */
export function mintKeys(): Map<BusUser, UserKey> {
  const users: BusUser[] = [
    'supervisor',
    'administrator',
    'operator',
    'console',
    ...roles.filter((role) => role !== 'sim'),
  ];
  return new Map(users.map((user) => [user, mintUserKey()]));
}
