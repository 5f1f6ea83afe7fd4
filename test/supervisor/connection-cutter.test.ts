import { connect } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/transport-node';
import t from 'tap';
import { nkeyAuthenticator } from '../../protocol/nkey.ts';
import { inboxPrefix } from '../../protocol/roles.ts';
import { ConnectionCutter } from '../../supervisor/connection-cutter.ts';
import { next, ownNats, tempHome } from './own-nats.ts';
import { silent } from './some-children.ts';

const numbersOf = ({ info }: NatsConnection) => ({
  server: info?.server_id ?? '',
  client: info?.client_id ?? 0,
});

async function until(connection: NatsConnection, wanted: 'disconnect' | 'reconnect'): Promise<void> {
  for await (const { type } of connection.status()) if (type === wanted) return;
}

void t.test('cut() ends one connection at the server and no other', async (t) => {
  await using nats = await ownNats(tempHome(t));
  await nats.server.start();
  await using cutter = new ConnectionCutter({ seed: nats.seedOf('administrator'), log: silent });
  const [one, other] = [await nats.connect(), await nats.connect()];
  t.equal(await cutter.cut(numbersOf(one)), false, 'nothing before it is open');
  t.equal(cutter.isLost, false, 'nobody has wanted it yet');
  await cutter.open(nats.server.servers);
  t.equal(await cutter.cut({ ...numbersOf(one), server: 'NAOTHER' }), false);
  t.equal(await cutter.cut({ ...numbersOf(one), client: 999_999 }), false, 'nobody has this number');
  t.notOk(one.isClosed());
  const same = numbersOf(other);
  const cut = until(one, 'disconnect');
  t.equal(await cutter.cut(numbersOf(one)), true);
  await cut;
  await other.flush();
  t.same(numbersOf(other), same, 'it is still the same connection');

  const before = numbersOf(other);
  const reconnected = until(other, 'reconnect');
  nats.server.restart();
  await next(nats.heard, 'up');
  await reconnected;
  t.equal(await cutter.cut(before), false, 'its numbers were of the server before');
  t.equal(cutter.isLost, true);
  await cutter.open(nats.server.servers);
  const again = until(other, 'disconnect');
  t.equal(await cutter.cut(numbersOf(other)), true);
  await again;
  t.equal(cutter.isLost, false);
});

void t.test('the administrator may end connections, and nothing else', async (t) => {
  await using nats = await ownNats(tempHome(t));
  await nats.server.start();
  await using connection = await connect({
    servers: nats.server.servers,
    inboxPrefix: inboxPrefix('administrator'),
    authenticator: nkeyAuthenticator(nats.seedOf('administrator')),
  });
  for (const subject of ['$SYS.REQ.SERVER.PING.CONNZ', '$SYS.REQ.SERVER.PING.LDM', 'live.demo.event.chat']) {
    const refused = (async () => {
      for await (const status of connection.status())
        if (status.type === 'error') return status.error.message;
      return '';
    })();
    connection.publish(subject);
    t.match(await refused, /permissions violation/i, subject);
  }
});
