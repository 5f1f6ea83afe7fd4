import { connect, isIP } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { buildConnector } from 'undici';

/** The connection was not there in time. Not one of undici's codes, after some of which it would connect again and again. */
export class ConnectDeadlineError extends Error {
  override name = 'ConnectDeadlineError';
  readonly code = 'connect-deadline';
}

export interface Connector extends Disposable {
  connect: buildConnector.connector;
}

/**
 * Opens the sockets of one address, each within a deadline that is kept to the millisecond (undici's own comes up to half a second late). HTTP/1.1
 * only: there a request that is given up takes its connection with it, by which the server sees that nobody listens any more. Disposing it ends
 * the sockets that are still connecting; all others are undici's.
 */
export function openConnector(connectMs: number): Connector {
  const connecting = new Set<Socket>();
  return {
    connect({ hostname, protocol, port, servername }, callback) {
      const isTls = protocol === 'https:';
      const name = servername ?? (isIP(hostname) === 0 ? hostname : '');
      const socket = isTls
        ? connectTls({
            host: hostname,
            port: Number(port || 443),
            ALPNProtocols: ['http/1.1'],
            ...(name === '' ? {} : { servername: name }),
          })
        : connect({ host: hostname, port: Number(port || 80) });
      connecting.add(socket);
      const timer = setTimeout(() => {
        socket.destroy(new ConnectDeadlineError(`no connection within ${connectMs} ms`));
      }, connectMs);
      const settle = (error?: Error) => {
        if (!connecting.delete(socket)) return;
        clearTimeout(timer);
        if (error) callback(error, null);
        else callback(null, socket);
      };
      socket.setNoDelay(true);
      socket.setKeepAlive(true, 60_000);
      socket.once(isTls ? 'secureConnect' : 'connect', () => settle());
      socket.on('error', settle);
      socket.once('close', () => settle(new Error('the connection was closed before it stood')));
    },
    [Symbol.dispose]() {
      for (const socket of connecting) socket.destroy();
    },
  };
}
