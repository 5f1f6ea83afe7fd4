import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import t from 'tap';
import type { Test } from 'tap';
import type { SignerConfig } from '../../../../protocol/config.ts';
import { openSigner, readSignature } from '../../../../workers/ingest/douyin/signer.ts';
import { WebClient } from '../../../../workers/ingest/web-client.ts';

const target = {
  roomId: '7659772534023654196',
  userUniqueId: '7659776308930922010',
  userAgent: 'Mozilla/5.0 x',
};
const never = new AbortController().signal;

async function sign(config: SignerConfig, signal = never): Promise<string> {
  await using web = new WebClient();
  return await openSigner(config, web).sign(target, signal);
}

const command = (script: string, timeoutMs = 60_000): SignerConfig => ({
  type: 'command',
  command: [process.execPath, '-e', script],
  timeoutMs,
});

async function serve(t: Test, listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/sign`;
}

const echo = `let text = ''; process.stdin.on('data', (d) => (text += d)).on('end', () => {
  const { roomId, userUniqueId, userAgent, stub, params } = JSON.parse(text);
  const ok = roomId && userUniqueId && userAgent && params.startsWith('live_id=1,aid=6383');
  console.log(ok ? stub : '');
})`;

void t.test('sign() gives nothing when no signer is configured', async (t) => {
  t.equal(await sign({ type: 'none' }), '');
});

void t.test('sign() asks a command, with JSON on its standard input', async (t) => {
  t.equal(await sign(command(echo)), '94d8b625e851f0a1f70db875514e621c');
  t.equal(await sign(command(`console.log(JSON.stringify({ signature: 'A+b/c=' }))`)), 'A+b/c=');
});

const badCommands: { name: string; config: SignerConfig; message: RegExp }[] = [
  {
    name: 'is not there',
    config: { type: 'command', command: ['/nowhere/signer'], timeoutMs: 5_000 },
    message: /cannot be run/,
  },
  {
    name: 'fails',
    config: command(`console.error('no key'); process.exit(3)`),
    message: /ended with 3: no key/,
  },
  { name: 'says nothing', config: command(''), message: /answered nothing/ },
  {
    name: 'says too much',
    config: command(`process.stdout.write('x'.repeat(1e6))`),
    message: /more than 65536 bytes/,
  },
  { name: 'says garbage', config: command(`console.log('<html>error</html>')`), message: /no signature/ },
  { name: 'hangs', config: command('setInterval(() => {}, 1000)', 100), message: /within 100 ms/ },
  {
    name: 'hangs together with a child of its own',
    config: command(
      `require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' }); setInterval(() => {}, 1000)`,
      300,
    ),
    message: /within 300 ms/,
  },
];
for (const { name, config, message } of badCommands) {
  void t.test(`sign() throws when the command ${name}`, async (t) => {
    await t.rejects(sign(config), { code: 'signer', message });
  });
}

void t.test('sign() asks an address by POST', async (t) => {
  const url = await serve(t, (request, response) => {
    let text = '';
    request.on('data', (data: Buffer) => (text += data.toString()));
    request.on('end', () => {
      const { stub } = JSON.parse(text) as { stub: string };
      response.end(JSON.stringify({ signature: `${request.method ?? ''}${stub}` }));
    });
  });
  t.equal(await sign({ type: 'url', url, timeoutMs: 60_000 }), 'POST94d8b625e851f0a1f70db875514e621c');
});

const badAnswers: { name: string; listener: RequestListener; message: RegExp; timeoutMs?: number }[] = [
  { name: 'fails', listener: (_, response) => response.writeHead(500).end(), message: /answered 500/ },
  {
    name: 'answers garbage',
    listener: (_, response) => response.end('{"signature":'),
    message: /damaged JSON/,
  },
  {
    name: 'answers too much',
    listener: (_, response) => response.end('x'.repeat(1e6)),
    message: /larger than 65536/,
  },
  { name: 'hangs', listener: () => undefined, message: /no answer within 100 ms/, timeoutMs: 100 },
  {
    name: 'hangs in the middle of its answer',
    listener: (_, response) => response.write('half'),
    message: /no answer within 300 ms/,
    timeoutMs: 300,
  },
  { name: 'hangs up', listener: (request) => request.socket.destroy(), message: /gave no signature/ },
];
for (const { name, listener, message, timeoutMs = 60_000 } of badAnswers) {
  void t.test(`sign() throws when the address ${name}`, async (t) => {
    const url = await serve(t, listener);
    await t.rejects(sign({ type: 'url', url, timeoutMs }), { code: 'signer', message });
  });
}

void t.test('sign() stops waiting when the signal says so', async (t) => {
  const stop = new AbortController();
  const signing = sign(command('setInterval(() => {}, 1000)'), stop.signal);
  stop.abort();
  await t.rejects(signing);
});

void t.test('readSignature() refuses what would change the address', (t) => {
  for (const bad of ['a b', 'a&room_id=1', 'a#b', '签名', 'x'.repeat(2_000), '{"signature":7}', '{}']) {
    t.throws(() => readSignature(bad), { code: 'signer' });
  }
  t.equal(readSignature(' A+b/c=\n'), 'A+b/c=');
  t.end();
});
