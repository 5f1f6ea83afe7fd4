import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { readFileSync } from 'node:fs';
import { connect, nkeyAuthenticator } from '@nats-io/transport-node';
import t from 'tap';
import { encode } from '../../protocol/codec.ts';
import { connectionDefaults } from '../../protocol/connection.ts';
import { liveEvent } from '../support/events.ts';
import { Show, silentRoom } from '../support/show.ts';

const project = resolve(import.meta.dirname, '../..');

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

async function run(name: string, args: string[]): Promise<Ended> {
  try {
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      [join(project, `ops/${name}.ts`), ...args],
      {
        timeout: 60_000,
      },
    );
    return { code: 0, stdout, stderr };
  } catch (error) {
    return error as Ended;
  }
}

void t.test('status, inspect and doctor show a running show as it is', async (t) => {
  await using show = await Show.start(t, silentRoom);
  const home = ['--home', show.home];
  await show.untilConnected();

  const status = await run('status', home);
  t.equal(status.code, 0);
  for (const id of ['sim-room', 'audio:demo', 'tts', 'reply', 'ingest'])
    t.match(status.stdout, new RegExp(`${id} +\\w+ +running`));
  const json = JSON.parse((await run('status', [...home, '--json'])).stdout) as {
    children: { id: string; pid: number }[];
  };
  t.ok(json.children.length >= 5, 'and their spares, as far as they have been started');

  const watcher = spawn(
    process.execPath,
    [join(project, 'ops/inspect.ts'), 'live.demo.event.*', '--count', '1', ...home],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  t.teardown(() => watcher.kill());
  await once(watcher.stderr, 'data');
  const lines: string[] = [];
  createInterface(watcher.stdout).on('line', (line) => lines.push(line));
  const ended = once(watcher, 'exit');
  // The watcher says that it watches before the server has its subscription; what is said twice is seen once at least.
  while (lines.length === 0) {
    const [chat] = await show.say({ kind: 'chat', user: '小明', text: '这个多少钱' });
    await show.untilOutcome(chat?.msgId ?? '');
  }
  t.match(await ended, [0]);
  t.match(lines[0], /live\.demo\.event\.chat +小明: 这个多少钱$/);

  const history = await run('inspect', ['live.demo.event.*', '--history', '--count', '1', '--json', ...home]);
  t.match(JSON.parse(history.stdout), {
    type: 'event',
    body: { kind: 'chat', viewer: { nickname: '小明' } },
  });
  t.match(JSON.parse((await run('inspect', ['--balance', '--json', ...home])).stdout), {
    balanced: true,
    lost: 0,
    twice: 0,
  });
  t.match((await run('inspect', ['--cli', ...home])).stdout, /--translate 'npm run -s inspect -- --stdin'/);

  const doctor = await run('doctor', [...home, '--json']);
  t.equal(doctor.code, 0, doctor.stdout);
  t.match(JSON.parse(doctor.stdout), [
    { what: 'Node', verdict: 'ok' },
    { what: 'nats-server', verdict: 'ok' },
  ]);
  t.equal(await show.stop(), 0);

  t.match(await run('status', home), { code: 1, stdout: /No supervisor runs in/ });
  t.match(await run('inspect', home), { code: 1, stderr: /npm run supervise/ });
});

void t.test('the operator key may read, and may not write', async (t) => {
  await using show = await Show.start(t, silentRoom);
  const seed = readFileSync(join(show.home, 'run', 'operator.nk'));
  const connection = await connect({
    ...connectionDefaults,
    servers: [show.state.nats.url],
    authenticator: nkeyAuthenticator(seed),
  });
  t.teardown(async () => await connection.close());
  const refused = (async () => {
    for await (const status of connection.status()) if (status.type === 'error') return String(status.error);
    return '';
  })();
  connection.publish('live.demo.speech.urgent', new Uint8Array(1));
  t.match(await refused, /[Pp]ermissions [Vv]iolation/);
  t.equal(await show.stop(), 0);
});

void t.test('inspect --stdin turns one payload into JSON, and says when it is not ours', async (t) => {
  const feed = async (bytes: Uint8Array): Promise<Ended> => {
    const child = spawn(process.execPath, [join(project, 'ops/inspect.ts'), '--stdin'], { stdio: 'pipe' });
    const result = { code: 0, stdout: '', stderr: '' };
    child.stdout.on('data', (data: Buffer) => (result.stdout += data.toString()));
    child.stderr.on('data', (data: Buffer) => (result.stderr += data.toString()));
    child.stdin.end(bytes);
    const [code] = (await once(child, 'close')) as [number];
    return { ...result, code };
  };
  const good = await feed(encode('event', liveEvent({ nickname: '小明' })));
  t.equal(good.code, 0);
  t.match(JSON.parse(good.stdout), { type: 'event', body: { viewer: { nickname: '小明' }, text: '你好' } });
  t.match(await feed(Buffer.from('garbage')), { code: 1, stderr: /onair/ });
});

void t.test('commands say what is wrong with their options, and help', async (t) => {
  for (const name of ['status', 'inspect', 'doctor', 'bench/main']) {
    t.match(await run(name, ['--help']), { code: 0, stdout: /npm run/ }, name);
    t.match(await run(name, ['--nonsense']), { code: 1, stderr: /--nonsense/ }, name);
  }
  t.match(await run('inspect', ['--balance', '--home', t.testdirName]), {
    code: 1,
    stderr: /Nothing has run in/,
  });
  t.match(await run('inspect', ['--count', 'x']), { code: 1, stderr: /--count/ });
  t.match(await run('bench/main', ['nope']), { code: 1, stderr: /no benchmark "nope"; there are decode/ });
});
