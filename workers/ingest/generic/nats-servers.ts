import type { Authenticator } from '@nats-io/transport-node';
import { tokenAuthenticator, usernamePasswordAuthenticator } from '@nats-io/transport-node';

/** NATS servers as the library takes them: it knows nothing of who logs in to them, and takes digits of a password for a port. */
export interface NatsServers {
  /** `HOST:PORT`: fit to be said to anybody. */
  addresses: string[];
  /** Of the first address that tells a user and a password, or a token. */
  authenticator: Authenticator | undefined;
  /** No address allows a connection that is not encrypted. */
  isEncrypted: boolean;
}

/** Reads `nats://USER:PASSWORD@HOST:PORT`, `nats://TOKEN@HOST` and `tls://…`. */
export function readNatsServers(servers: readonly string[]): NatsServers {
  const urls = servers.map((server) => new URL(server));
  const login = urls.find(({ username }) => username !== '');
  return {
    addresses: urls.map(({ hostname, port }) => `${hostname}:${port || '4222'}`),
    authenticator: login && authenticatorOf(login),
    isEncrypted: servers.every((server) => /^tls:/i.test(server)),
  };
}

function authenticatorOf({ username, password }: URL): Authenticator {
  const name = decodeURIComponent(username);
  return password === ''
    ? tokenAuthenticator(name)
    : usernamePasswordAuthenticator(name, decodeURIComponent(password));
}
