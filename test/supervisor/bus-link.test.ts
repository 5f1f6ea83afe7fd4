import { EventEmitter, once } from 'node:events';
import { readFileSync, rmSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, nkeyAuthenticator } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/transport-node';
import t from 'tap';
import { configSchema, demoConfig } from '../../protocol/config.ts';
import type { BusAccess } from '../../protocol/ipc.ts';
import { inboxPrefix } from '../../protocol/roles.ts';
import { parseAckSubject } from '../../supervisor/ack-subject.ts';
import { BusLink, consoleKeyFile, operatorKeyFile } from '../../supervisor/bus-link.ts';
import type { BusLinkOptions } from '../../supervisor/bus-link.ts';
import { isAlive } from '../../supervisor/process-table.ts';
import { openBus } from '../../workers/open-bus.ts';
import { startNats } from '../support/nats.ts';
import { tempHome } from './own-nats.ts';
import { silent } from './some-children.ts';

/** After which the server would give it to another one by itself. */
const ackWaitMs = 6_000;
const { bus } = configSchema.parse(demoConfig);

function options(home: string, given: Partial<BusLinkOptions> = {}): BusLinkOptions {
  const nothing = () => undefined;
  return {
    config: bus,
    rooms: ['demo'],
    project: resolve(import.meta.dirname, '../..'),
    home,
    log: silent,
    onChange: nothing,
    onDiskFull: nothing,
    onDiskFree: nothing,
    onLoss: nothing,
    ...given,
  };
}

async function logIn({ servers, seed, inboxPrefix: prefix }: BusAccess): Promise<NatsConnection> {
  const authenticator = nkeyAuthenticator(new TextEncoder().encode(seed));
  return await connect({ servers, authenticator, inboxPrefix: prefix, timeout: 20_000 });
}

void t.test('BusLink starts our own server, with a key of its own for each role', async (t) => {
  const home = tempHome(t);
  const link = new BusLink(options(home));
  t.same([link.connection, link.state.pid], [undefined, 0], 'nothing before it is open');
  t.doesNotThrow(() => link.tell('ops.incident', new Uint8Array()));
  const said = await link.open();
  const { url, pid, restarts } = link.state;
  t.match(said, new RegExp(`^nats-server [\\d.]+ at ${url}`));
  t.ok(isAlive(pid));
  t.equal(restarts, 0);
  t.equal(statSync(operatorKeyFile(home)).mode & 0o777, 0o600);
  t.equal(statSync(consoleKeyFile(home)).mode & 0o777, 0o600);
  const operator = readFileSync(operatorKeyFile(home), 'utf8');
  rmSync(operatorKeyFile(home));
  link.keep();
  t.equal(readFileSync(operatorKeyFile(home), 'utf8'), operator, 'the same again when somebody removes it');
  const forConsole = readFileSync(consoleKeyFile(home), 'utf8');
  const seeds = (['ingest', 'reply', 'tts', 'audio'] as const).map((role) => link.accessFor(role).seed);
  t.equal(new Set([...seeds, operator, forConsole]).size, 6);
  t.same(link.accessFor('sim').servers, [], 'a simulator has no business there');
  const tts = await logIn(link.accessFor('tts'));
  t.match(link.accessFor('tts').inboxPrefix, inboxPrefix('tts'));
  await tts.close();
  await link[Symbol.asyncDispose]();
  t.notOk(isAlive(pid));
  t.equal(link.connection, undefined);
  await link[Symbol.asyncDispose]();
});

void t.test('serve() makes what a new room needs, and tries again what it could not make', async (t) => {
  const link = new BusLink(options(tempHome(t)));
  t.teardown(async () => await link[Symbol.asyncDispose]());
  await link.open();
  const { connection } = link;
  if (!connection) throw new Error('it is open');
  const consumers = async () => {
    const names: string[] = [];
    for await (const { name } of (await jetstreamManager(connection)).consumers.list('EVENTS'))
      names.push(name);
    return names;
  };
  const impossible = 'no name';
  await t.rejects(link.serve(['demo', impossible]));
  await t.rejects(link.serve(['demo', impossible]), 'again: it is not there yet');
  await link.serve(['demo', 'second']);
  t.ok((await consumers()).some((name) => name.includes('second')));
});

void t.test('handOver() gives what a dead worker had to the next, also what it never said', async (t) => {
  const link = new BusLink(options(tempHome(t)));
  t.teardown(async () => await link[Symbol.asyncDispose]());
  await link.open();
  const nobody = () => [];
  t.same(await link.unacknowledged('tts', nobody), []);
  const { connection } = link;
  if (!connection) throw new Error('it is open');
  const reply = await logIn(link.accessFor('reply'));
  for (const text of ['a', 'b', 'c']) await jetstream(reply).publish('live.demo.speech.normal', text);
  await reply.close();

  const dead = await logIn(link.accessFor('tts'));
  const consumer = await jetstream(dead, { checkAPI: false }).consumers.get('SPEECH', 'tts-normal');
  const takenAt = performance.now();
  let taken = 0;
  for await (const _ of await consumer.fetch({ max_messages: 3, expires: 30_000 })) if (++taken === 3) break;
  await dead.close();
  const keys = (acks: string[]) => acks.map((ack) => parseAckSubject(ack)?.key);
  const first = '$JS.ACK.SPEECH.tts-normal.1.1.1.0.0';
  const unheard = await link.unacknowledged('tts', () => [first]);
  t.same(keys(unheard), ['SPEECH 2', 'SPEECH 3'], 'the first is held by somebody');
  t.same(await link.unacknowledged('reply', nobody), []);

  link.handOver([first, ...unheard]);
  const spare = await logIn(link.accessFor('tts'));
  const again = await jetstream(spare, { checkAPI: false }).consumers.get('SPEECH', 'tts-normal');
  const found: string[] = [];
  for await (const message of await again.fetch({ max_messages: 3, expires: 30_000 })) {
    found.push(message.string());
    t.equal(message.info.deliveryCount, 2);
    message.ack();
    if (found.length === 3) break;
  }
  t.same(found.sort(), ['a', 'b', 'c']);
  t.ok(performance.now() - takenAt < ackWaitMs, 'sooner than by itself');
  await spare.close();
});

void t.test('restart() brings our own server back at the same address', async (t) => {
  const news = new EventEmitter();
  const home = tempHome(t);
  const link = new BusLink(options(home, { onChange: (event, reason) => news.emit(event, reason) }));
  t.teardown(async () => await link[Symbol.asyncDispose]());
  await link.open();
  const { url, pid } = link.state;
  const up = once(news, 'up', { signal: AbortSignal.timeout(60_000) });
  link.restart();
  await up;
  t.match(link.state, { url, restarts: 1 });
  t.not(link.state.pid, pid);
});

void t.test('BusLink uses an outside server, and does not restart what is not ours', async (t) => {
  const { url } = await startNats(t);
  const config = { ...bus, servers: [url] };
  const home = tempHome(t);
  const link = new BusLink(options(home, { config }));
  t.same(link.state, { url, monitorUrl: '', pid: 0, restarts: 0 });
  t.same(link.accessFor('tts').servers, [url]);
  t.equal(link.accessFor('tts').seed, '', 'keys of ours mean nothing there');
  t.same(await link.unacknowledged('tts', () => []), []);
  t.doesNotThrow(() => {
    link.restart();
    link.kill();
  });
  await link[Symbol.asyncDispose]();
});

void t.test('a worker may rehearse how it takes its work, and is given nothing', async (t) => {
  await using link = new BusLink(options(tempHome(t)));
  await link.open();
  for (const [role, stream, consumer, how] of [
    ['reply', 'EVENTS', 'reply-demo', 'work'],
    ['tts', 'SPEECH', 'tts-normal', 'take'],
  ] as const) {
    const signal = AbortSignal.timeout(60_000);
    await using bus = await openBus({ access: link.accessFor(role), name: role, log: silent, signal });
    const refusals: string[] = [];
    const watching = (async () => {
      for await (const status of bus.connection.status())
        if (status.type === 'error') refusals.push(status.error.message);
    })();
    await bus.prepare(stream, consumer, how);
    await bus.connection.flush();
    t.same(refusals, [], `${role} may`);
    const { connection } = link;
    if (!connection) throw new Error('The bus is not open');
    const { num_waiting } = await (await jetstreamManager(connection)).consumers.info(stream, consumer);
    t.equal(num_waiting, 0, 'the real one was not asked');
    await bus[Symbol.asyncDispose]();
    await watching;
  }
});
