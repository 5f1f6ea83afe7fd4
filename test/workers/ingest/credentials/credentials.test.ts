import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chmod, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import type { Test } from 'tap';
import type { CredentialConfig } from '../../../../protocol/sources/credentials.ts';
import { credentialFields } from '../../../../protocol/sources/credentials.ts';
import type { CredentialsOptions } from '../../../../workers/ingest/credentials/credentials.ts';
import { Credentials } from '../../../../workers/ingest/credentials/credentials.ts';
import { FaultLog } from '../../../../workers/ingest/fault-log.ts';
import { Secrets } from '../../../../workers/secrets.ts';

const never = new AbortController().signal;
const hook = (script: string, more: object = {}) =>
  credentialFields.refresh.parse({
    type: 'command',
    command: [process.execPath, '-e', script],
    timeoutMs: 60_000,
    ...more,
  });

function open(t: Test, config: Partial<CredentialConfig>, more: Partial<CredentialsOptions> = {}) {
  const said: string[] = [];
  const on = new Set<string>();
  const secrets = new Secrets();
  const credentials = new Credentials({
    room: 'demo',
    platform: 'douyin',
    config,
    home: more.home ?? t.testdir(),
    secrets,
    faults: new FaultLog({ warn: (...line: unknown[]) => said.push(describe(line)) }, { everyMs: 0 }),
    onCondition: ({ code, isOn }) => void (isOn ? on.add(code) : on.delete(code)),
    everyMs: 0,
    ...more,
  });
  return { credentials, said, on, secrets };
}

/** Everything that a log line could hold of it. */
const describe = (line: unknown[]): string =>
  JSON.stringify(line, (_key, value: unknown) =>
    value instanceof Error ? `${value.stack} ${JSON.stringify(value.cause)}` : value,
  );

void t.test(
  'refresh() asks a command with the room on stdin, uses its cookie at once and keeps it',
  async (t) => {
    const home = t.testdir();
    const script = `
    let text = ''; process.stdin.on('data', (data) => text += data).on('end', () => {
      const { room, platform, reason } = JSON.parse(text);
      console.log('sessionid=new-' + room + '-' + platform + '-' + reason);
    })`;
    const config = { cookie: 'sessionid=old', refresh: hook(script) };
    const { credentials } = open(t, config, { home });
    t.equal(await credentials.read(), 'sessionid=old');
    t.equal(await credentials.refresh('HTTP_200', never), 'renewed');
    const renewed = 'sessionid=old\nsessionid=new-demo-douyin-HTTP_200';
    t.equal(await credentials.read(), renewed);
    t.ok(credentials.describe().renewedAt > 0);

    const file = join(home, 'run', 'credentials', 'demo');
    t.equal((await stat(file)).mode & 0o777, 0o600);
    t.equal(await open(t, config, { home }).credentials.read(), renewed, 'a restart has it');
    const other = open(t, { ...config, cookie: 'sessionid=newer' }, { home });
    t.equal(await other.credentials.read(), 'sessionid=newer', 'a new cookie in the configuration is newer');
    t.equal(await open(t, { cookie: 'sessionid=old' }, { home }).credentials.read(), 'sessionid=old');
  },
);

void t.test('read() prefers whichever is newer, the cookie file or the cookie of the hook', async (t) => {
  const home = t.testdir({ cookie: 'a=file' });
  const cookieFile = join(home, 'cookie');
  await utimes(cookieFile, 1, 1);
  const { credentials } = open(
    t,
    { cookieFile, refresh: hook(`console.log('{"cookie":"a=hook"}')`) },
    { home },
  );
  await credentials.refresh('x', never);
  t.match((await credentials.read()).split('\n').at(-1), 'a=hook');
  await writeFile(cookieFile, 'a=file2');
  await utimes(cookieFile, new Date(Date.now() + 60_000), new Date(Date.now() + 60_000));
  t.match((await credentials.read()).split('\n').at(-1), 'a=file2');
});

const secret = 'TOP-SECRET-0123456789';
const badHooks: { name: string; refresh: CredentialConfig['refresh']; message: RegExp }[] = [
  { name: 'is not there', refresh: hook(' ', { command: ['/nowhere/login'] }), message: /cannot be run/ },
  {
    name: 'fails and tells a secret',
    refresh: hook(`console.error('${secret}'); process.exit(3)`),
    message: /ended with 3: what it said is not repeated/,
  },
  { name: 'says nothing', refresh: hook(' '), message: /answered nothing/ },
  { name: 'says what is no cookie', refresh: hook(`console.log('${secret}')`), message: /no cookie header/ },
  {
    name: 'says damaged JSON',
    refresh: hook(`console.log('{"${secret}')`),
    message: /no JSON with the field/,
  },
  {
    name: 'says too much',
    refresh: hook(`console.log('a=' + '${secret}'.repeat(3000))`),
    message: /answered/,
  },
  {
    name: 'hangs',
    refresh: hook('setInterval(() => {}, 1000)', { timeoutMs: 100 }),
    message: /within 100 ms/,
  },
  {
    name: 'is an address that cannot be asked',
    refresh: credentialFields.refresh.parse({
      type: 'url',
      url: `http://user:${secret}@127.0.0.1:1/${secret}?k=${secret}`,
    }),
    message: /could not be asked/,
  },
];
for (const { name, refresh, message } of badHooks) {
  void t.test(
    `refresh() says that the hook failed when it ${name}, and nothing that is secret`,
    async (t) => {
      const { credentials, said } = open(t, { cookie: 'a=old', refresh });
      t.equal(await credentials.refresh('x', never), 'failed');
      t.match(said, [message]);
      t.notMatch(said.join(), secret);
      t.equal(await credentials.read(), 'a=old');
    },
  );
}

void t.test('refresh() asks an address by POST', async (t) => {
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (data: Buffer) => (text += data.toString()));
    request.on('end', () => {
      const { room } = JSON.parse(text) as { room: string };
      response.end(JSON.stringify({ cookie: `sessionid=${request.method ?? ''}-${room}` }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/login?key=${secret}`;
  const { credentials, secrets } = open(t, { refresh: credentialFields.refresh.parse({ type: 'url', url }) });
  t.equal(await credentials.refresh('x', never), 'renewed');
  t.equal(await credentials.read(), 'sessionid=POST-demo');
  t.equal(secrets.hide(`with ${secret} and POST-demo`), 'with *** and ***');
});

void t.test('refresh() is called once at a time, and ever more rarely while it gives nothing', async (t) => {
  let now = 1_000_000;
  const home = t.testdir({ calls: '' });
  const calls = join(home, 'calls');
  const refresh = hook(`require('fs').appendFileSync('${calls}', 'x'); process.exit(1)`);
  const { credentials } = open(t, { refresh }, { home, now: () => now, everyMs: 60_000 });
  const count = async () => (await readFile(calls, 'utf8')).length;
  const both = await Promise.all([credentials.refresh('x', never), credentials.refresh('x', never)]);
  t.same(both, ['failed', 'failed']);
  t.equal(await count(), 1);
  now += 119_000;
  t.equal(await credentials.refresh('x', never), 'too-soon');
  now += 2_000;
  t.equal(await credentials.refresh('x', never), 'failed');
  now += 121_000;
  t.equal(await credentials.refresh('x', never), 'too-soon');
  now = 5;
  t.equal(await credentials.refresh('x', never), 'failed', 'a clock that was set back forbids nothing');
  t.equal(await count(), 3);
});

void t.test('refused() asks for something to be done after so many refusals in a row', async (t) => {
  const { credentials } = open(t, { refresh: hook(`console.log('a=1')`, { afterFailures: 2 }) });
  t.same([credentials.refused(), credentials.refused()], [false, true]);
  await credentials.refresh('x', never);
  t.same([credentials.refused(), credentials.refused()], [false, true], 'success resets the count');
  credentials.accepted();
  t.equal(credentials.refused(), false);
  const without = open(t, {}).credentials;
  t.same([without.refused(), without.refused(), without.refused()], [false, false, true]);
  t.equal(await without.refresh('x', never), 'none');
});

void t.test('check() warns a day before the login ends, and when it has', async (t) => {
  const end = 1_700_000_000_000;
  let now = end - 25 * 3_600_000;
  const { credentials, on } = open(t, { cookie: 'SESSDATA=a%2C1700000000%2Cb' }, { now: () => now });
  await credentials.read();
  t.match(credentials.describe(), { state: 'valid', expiresAt: end });
  t.same([...on], []);
  now = end - 3_600_000;
  credentials.check();
  t.same([[...on], credentials.describe().state], [['credentials-expiring'], 'expiring']);
  now = end;
  credentials.check();
  t.same([[...on], credentials.describe().state], [['credentials-expired'], 'expired']);
  now = end - 25 * 3_600_000;
  credentials.check();
  t.same([...on], [], 'and takes it back');
});

void t.test('credentials are used although they cannot be kept', async (t) => {
  const home = t.testdir({ run: {} });
  if (process.getuid?.() === 0) await writeFile(join(home, 'run', 'credentials'), 'a file in the way');
  else await chmod(join(home, 'run'), 0o500);
  const { credentials, said } = open(t, { refresh: hook(`console.log('a=1')`) }, { home });
  t.equal(await credentials.refresh('x', never), 'renewed');
  t.equal(await credentials.read(), 'a=1');
  t.match(said.join(), /cannot be kept/);
  await chmod(join(home, 'run'), 0o700);
});

void t.test('describe() tells a source that needs no login from one that has none', async (t) => {
  for (const [config, state] of [
    [{}, 'not-needed'],
    [{ cookie: '' }, 'none'],
    [{ cookie: 'a=1' }, 'unknown'],
  ] as const) {
    const { credentials } = open(t, config);
    await credentials.read();
    t.equal(credentials.describe().state, state);
  }
});
