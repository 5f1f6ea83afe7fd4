import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { openGptSovits } from '../../../../ops/sim/gpt-sovits/server.ts';

void t.test('SpeechServer leaves nothing behind when it is closed, whatever is under way', async (t) => {
  const file = join(import.meta.dirname, 'fixtures/opens-and-closes.ts');
  // A process that something keeps alive would not end by itself.
  const { stdout } = await promisify(execFile)(process.execPath, [file], { timeout: 120_000 });
  t.equal(stdout, 'closed\n');
});

void t.test('openSpeechServer() tells a taken port, and a log that cannot be written', async (t) => {
  await using server = await openGptSovits();
  await t.rejects(openGptSovits({ port: server.port }), { code: 'EADDRINUSE' });
  await t.rejects(openGptSovits({ logFile: join(t.testdir(), 'no/such/folder') }), { code: 'ENOENT' });
});

void t.test('SpeechServer.until() ends with the server', async (t) => {
  const server = await openGptSovits();
  const never = t.rejects(
    server.until(() => false),
    { message: 'The simulated server was closed' },
  );
  await server[Symbol.asyncDispose]();
  await never;
});
