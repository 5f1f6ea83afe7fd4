import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import t from 'tap';
import { testSignature } from '../../../../ops/sim/douyin-room/wire/signature.ts';
import { TestClient } from './test-client.ts';

const FOLDER = join(import.meta.dirname, '../../../../ops/sim/douyin-room');
const main = (...args: string[]): string[] => [join(FOLDER, 'main.ts'), ...args];

type Ready = {
  readonly url: string;
  readonly wsUrl: string;
  readonly webRid: string;
  readonly roomId: string;
};

async function start(...args: string[]): Promise<{ child: ChildProcess; ready: Ready }> {
  const child = spawn(process.execPath, main(...args), { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  return { child, ready: JSON.parse(`${line}`) };
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  void t.test(`main.ts prints its address, plays, and ends on ${signal} with 0`, async (t) => {
    const log = join(t.testdir(), 'sent.ndjson');
    const { child, ready } = await start('--port', '0', '--seed', '7', '--web-rid', 'demo', '--log', log);
    await using client = new TestClient(ready);
    const messages = await client.nextMessages();
    child.kill(signal);
    t.same(await once(child, 'exit'), [0, null]);
    t.equal(await client.closed, 1006);
    const [first = ''] = readFileSync(log, 'utf8').split('\n');
    t.match(JSON.parse(first), { msgId: messages[0]?.['msg_id'], roomId: ready.roomId });
  });
}

void t.test('main.ts ends with 78 and the reason when an option is wrong', async (t) => {
  const { status, stderr } = spawnSync(process.execPath, main('--port', 'abc'), {
    encoding: 'utf8',
    timeout: 60_000,
  });
  t.equal(status, 78);
  t.equal(stderr, 'Cannot open the room: --port must be a whole number from 0 to 65535, got "abc"\n');
});

void t.test('main.ts --help lists the options', async (t) => {
  const { status, stdout } = spawnSync(process.execPath, main('--help'), {
    encoding: 'utf8',
    timeout: 60_000,
  });
  t.equal(status, 0);
  t.match(stdout, /--web-rid TEXT/);
});

void t.test('test-signer.ts signs a stub', async (t) => {
  const stub = '94d8b625e851f0a1f70db875514e621c';
  const sign = (...args: string[]) =>
    spawnSync(process.execPath, [join(FOLDER, 'test-signer.ts'), ...args], {
      encoding: 'utf8',
      timeout: 60_000,
    });
  t.equal(sign(stub).stdout, `${testSignature(stub)}\n`);
  t.equal(sign('x').status, 2);
});
