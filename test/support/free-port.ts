import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below those from which a system chooses by itself, so that nobody is given it between now and its use. */
const range = { from: 20_000, count: 10_000 };

/** A port that nobody had a moment ago. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = range.from + Math.floor(Math.random() * range.count);
    const server = createServer().listen(port, '127.0.0.1');
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}
