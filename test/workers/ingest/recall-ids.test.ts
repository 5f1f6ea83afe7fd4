import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { WebcastServer } from '../../support/webcast-server.ts';
import { chat, messageFrame } from '../../support/webcast-wire.ts';
import { IngestProcess, eventsOf } from './ingest-process.ts';
import { RestartableNats } from './restartable-nats.ts';

/** The least that a server takes. */
const windowMs = 100;

void t.test(
  'a tail that is replayed after ingest was killed is refused, although the bus has forgotten it',
  async (t) => {
    const { url } = await RestartableNats.open(t);
    const connection = await connect({ servers: [url], timeout: 20_000 });
    const manager = await jetstreamManager(connection, { checkAPI: false });
    await manager.streams.update('EVENTS', { duplicate_window: windowMs * 1_000_000 });
    await connection.close();
    const server = await WebcastServer.open(t);
    const source = { pageUrl: server.url, pushUrls: [server.pushUrl] };
    const options = { url, home: t.testdir({}), source };
    const first = new IngestProcess(t, options);
    await first.initialise();
    await first.promote(1);
    await server.until(({ sockets }) => sockets.length === 1);
    const tail = Array.from({ length: 40 }, (_, index) => chat(String(1_000 + index), `第${index}句`));
    server.socket.send(messageFrame(tail, { logId: '1' }));
    await server.until((room) => room.acks().length === 1);
    await first.child.kill();
    await sleep(windowMs * 3);
    const second = new IngestProcess(t, options);
    await second.initialise();
    await second.promote(2);
    await server.until(({ sockets }) => sockets.length === 2);
    server.socket.send(messageFrame([...tail, chat('2000', '新的')], { logId: '2' }));
    await server.until((room) => room.acks().length === 2);
    const ids = (await eventsOf(url)).map(({ id }) => id);
    t.equal(ids.length, 41);
    t.equal(new Set(ids).size, 41, 'each once');
    t.equal(ids.at(-1), 'demo:douyin:2000');
  },
);
