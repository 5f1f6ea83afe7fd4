import { spawn } from 'node:child_process';
import { once } from 'node:events';
import t from 'tap';
import { FaultLog } from '../../../../workers/ingest/fault-log.ts';
import { NatsSource } from '../../../../workers/ingest/generic/nats-source.ts';
import { readNatsServers } from '../../../../workers/ingest/generic/nats-servers.ts';
import { Tally } from '../../../../workers/ingest/tally.ts';
import { freePort } from '../../../support/free-port.ts';
import { sourceParts } from '../../../support/ingest-room.ts';
import { findServer } from '../../../support/nats.ts';

const password = '4711-geheim/@:';
const written = encodeURIComponent(password);

void t.test('readNatsServers() keeps who logs in out of the addresses', (t) => {
  const servers = ['nats://onair:geheim@nats.example:4223', 'nats://[::1]:4222', 'nats://nats.example'];
  const read = readNatsServers(servers);
  t.same(read.addresses, ['nats.example:4223', '[::1]:4222', 'nats.example:4222']);
  t.ok(read.authenticator);
  t.notOk(read.isEncrypted);
  t.notOk(readNatsServers(['nats://nats.example']).authenticator);
  t.ok(readNatsServers(['tls://one.example', 'tls://other.example']).isEncrypted);
  t.notOk(readNatsServers(['tls://one.example', 'nats://other.example']).isEncrypted);
  t.end();
});

async function open(servers: string[]): Promise<string> {
  const parts = sourceParts({ tally: new Tally({}), faults: new FaultLog({ warn: () => undefined }) });
  const config = { kind: 'nats', servers, subject: 'shop', queue: '', credentialsFile: '' } as const;
  await using source = new NatsSource('generic', config, parts);
  try {
    const opening = await source.open(AbortSignal.timeout(60_000));
    if (opening.kind === 'open') await opening.feed[Symbol.asyncDispose]();
    return opening.kind;
  } catch (error) {
    return (error as Error).message;
  }
}

void t.test('a NATS source logs in as its address says, and never tells it', async (t) => {
  const port = await freePort();
  const args = ['-a', '127.0.0.1', '-p', String(port), '--user', 'onair', '--pass', password];
  const server = spawn(findServer(), args, { stdio: 'ignore' });
  const ended = once(server, 'exit');
  t.teardown(async () => {
    server.kill('SIGKILL');
    await ended;
  });
  const at = `127.0.0.1:${port}`;
  let answer = '';
  for (const deadline = Date.now() + 60_000; Date.now() < deadline && answer !== 'open';)
    answer = await open([`nats://onair:${written}@${at}`]);
  t.equal(answer, 'open');
  t.match(await open([`nats://onair:${written}x@${at}`]), /^NATS at 127\.0\.0\.1:\d+: .*auth/i);
  for (const servers of [
    [`nats://onair:${written}x@${at}`],
    [`nats://${written}@${at}`],
    [`nats://a:${written}@127.0.0.1:1`],
  ]) {
    const text = await open(servers);
    t.match(text, /^NATS at 127\.0\.0\.1:\d+: /);
    t.notMatch(text, /geheim/);
  }
  t.not(
    await open([`tls://onair:${written}@${at}`]),
    'open',
    'and nothing in the clear that is to be encrypted',
  );
});
