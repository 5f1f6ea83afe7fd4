import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import t from 'tap';
import { choosePort, isFree } from '../../supervisor/nats-ports.ts';

void t.test(
  'choosePort() stays below the ports of outgoing connections and spares what it is told to spare',
  async (t) => {
    const port = await choosePort();
    t.ok(port >= 20_000 && port < 32_768, String(port));
    t.not(await choosePort([port]), port);
    t.equal(await isFree(port), true);
  },
);

void t.test('isFree() says no while somebody listens', async (t) => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  t.equal(await isFree(port), false);
  server.close();
  await once(server, 'close');
  t.equal(await isFree(port), true);
});
