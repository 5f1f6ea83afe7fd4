import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import t from 'tap';
import type { Test } from 'tap';
import { decodeAs } from '../../protocol/codec.ts';
import { DeadLetters } from '../../supervisor/dead-letters.ts';
import { startNats } from '../support/nats.ts';
import { keptLog } from './some-children.ts';

async function open(t: Test) {
  const { url } = await startNats(t);
  const connection = await connect({ servers: [url], timeout: 20_000 });
  t.teardown(async () => await connection.close());
  const manager = await jetstreamManager(connection, { timeout: 20_000 });
  const payload = new Uint8Array([1, 2, 3]);
  const { seq } = await jetstream(connection).publish('live.demo.speech.normal', payload);
  const { log, messages } = keptLog('warn');
  const ack = `$JS.ACK.SPEECH.tts-normal.2.${seq}.${seq}.1795396662609000000.0`;
  const kept = async () => (await manager.streams.info('DEAD')).state.messages;
  return { connection, manager, log, messages, ack, seq, payload, kept };
}

void t.test('keep() copies a poison message with the reason, once', async (t) => {
  const { connection, manager, log, messages, ack, seq, payload, kept } = await open(t);
  const letters = new DeadLetters({ connection: () => connection, log });
  await letters.keep(ack, 'two workers ended with it in hand, the last one: tts（二）');
  await letters.keep(ack, 'again');
  t.equal(await kept(), 1, 'the second copy is known to be one');
  const stored = await manager.streams.getMessage('DEAD', { seq: 1 });
  t.match(stored?.header.get('Onair-Reason'), /the last one: tts\?+$/);
  const letter = decodeAs('dead', stored?.data ?? new Uint8Array());
  t.match(letter, {
    stream: 'SPEECH',
    seq,
    subject: 'live.demo.speech.normal',
    reason: /the last one: tts（二）/,
  });
  t.same([...letter.payload], [...payload]);
  t.same(messages, ['poison message kept in DEAD', 'poison message kept in DEAD']);
});

void t.test('keep() tries again when the bus is away', async (t) => {
  const { connection, log, messages, ack, kept } = await open(t);
  let asked = 0;
  const letters = new DeadLetters({ connection: () => (++asked > 1 ? connection : undefined), log });
  await letters.keep(ack, 'why');
  t.same(messages, ['poison message not kept in DEAD', 'poison message kept in DEAD']);
  t.equal(await kept(), 1);
});

void t.test('keep() says when the message is gone, and does nothing about what is none', async (t) => {
  const { connection, log, messages, kept } = await open(t);
  const letters = new DeadLetters({ connection: () => connection, log });
  await letters.keep('$JS.ACK.SPEECH.tts-normal.1.999.999.1.0', 'why');
  await letters.keep('something else', 'why');
  t.same(messages, ['a poison message is no longer in its stream']);
  t.equal(await kept(), 0);
});
