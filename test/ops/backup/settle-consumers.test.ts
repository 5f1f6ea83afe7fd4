import { connect } from '@nats-io/transport-node';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import t from 'tap';
import { settleConsumers } from '../../../ops/backup/settle-consumers.ts';
import { setUpBus } from '../../../supervisor/bus-setup.ts';
import { startNats } from '../../support/nats.ts';

const { signal } = new AbortController();

void t.test(
  'settleConsumers() leaves exactly what it is told to, also more than may be handed out at once',
  async (t) => {
    const { url } = await startNats(t);
    const connection = await connect({ servers: [url], timeout: 20_000 });
    t.teardown(async () => await connection.close());
    const js = jetstream(connection, { timeout: 20_000 });
    for (let seq = 1; seq <= 300; seq++) await js.publish(`live.demo.speech.${seq % 2 ? 'urgent' : 'idle'}`);
    for (let seq = 1; seq <= 10; seq++) await js.publish('live.demo.event.chat');
    const left = Array.from({ length: 300 }, (_, index) => index + 1).filter((seq) => seq % 2 && seq % 3);
    await settleConsumers(connection, new Map([['SPEECH', new Set(left)]]), signal);
    await setUpBus(connection);

    const manager = await jetstreamManager(connection, { timeout: 20_000 });
    t.match(await manager.consumers.info('EVENTS', 'reply-demo'), { num_pending: 0, num_ack_pending: 0 });
    t.match(await manager.consumers.info('SPEECH', 'tts-idle'), { num_pending: 0, num_ack_pending: 0 });
    const info = await manager.consumers.info('SPEECH', 'tts-urgent');
    t.match(info, { num_pending: 0, num_ack_pending: left.length, config: { max_ack_pending: 64 } });
    t.ok(left.length > info.config.max_ack_pending!, 'more than fits');

    const consumer = await js.consumers.get('SPEECH', 'tts-urgent');
    const messages = await consumer.consume({ max_messages: 10, expires: 5_000, idle_heartbeat: 1_000 });
    const got = new Set<number>();
    for await (const message of messages) {
      got.add(message.seq);
      message.ack();
      if (got.size === left.length) break;
    }
    t.same(
      [...got].toSorted((a, b) => a - b),
      left,
      'and a worker gets them',
    );
  },
);
