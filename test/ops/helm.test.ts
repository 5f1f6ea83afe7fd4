import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createUser } from '@nats-io/nkeys';
import t from 'tap';
import type { Test } from 'tap';
import { openConsoleBus, runningState } from '../../ops/operator.ts';
import { decodeAs, encode } from '../../protocol/codec.ts';
import type { BodyName } from '../../protocol/codec.ts';
import { audioCommandSubject, replyCommandSubject } from '../../protocol/subjects.ts';
import { startNats } from '../support/nats.ts';

const project = resolve(import.meta.dirname, '../..');

async function run(
  program: string,
  ...args: string[]
): Promise<{ code: unknown; stdout: string; stderr: string }> {
  return await new Promise((done) => {
    const given = [join(project, program), ...args];
    execFile(process.execPath, given, { timeout: 120_000 }, (error, stdout, stderr) =>
      done({ code: error ? error.code : 0, stdout, stderr }),
    );
  });
}

/** A home in which a supervisor seems to run, with a real bus and whoever answers there. */
async function openHome(t: Test) {
  const { url } = await startNats(t);
  const home = t.testdir();
  mkdirSync(join(home, 'run'));
  writeFileSync(join(home, 'run', 'console.nk'), createUser().getSeed());
  const state = {
    pid: process.pid,
    startedAt: new Date().toISOString(),
    state: 'on-air',
    nats: { url, pid: 0 },
    children: [],
    services: [{ id: 'audio:demo', role: 'audio' }],
    incidents: [],
  };
  writeFileSync(join(home, 'run', 'supervisor.json'), JSON.stringify(state));
  const found = runningState(home);
  if (!found.running) throw new Error(found.why);
  const bus = await openConsoleBus(home, found.state, 20_000);
  t.teardown(async () => await bus[Symbol.asyncDispose]());
  const asked: object[] = [];
  const listen = async (subject: string, type: BodyName & ('helm' | 'command'), text: string) => {
    bus.connection.subscribe(subject, {
      callback: (_error, message) => {
        asked.push({ type, ...decodeAs(type, message.data) });
        message.respond(encode('answer', { done: !text.startsWith('not'), text }));
      },
    });
    await bus.connection.flush();
  };
  return { home, asked, listen };
}

void t.test('helm says that nobody hosts the room, and asks whoever does', async (t) => {
  const { home, asked, listen } = await openHome(t);
  const helm = async (...args: string[]) => await run('ops/helm.ts', ...args, '--home', home);
  t.match(await helm('status'), { code: 1, stderr: /^Nobody hosts room "demo" now/ });
  await listen(
    replyCommandSubject('demo'),
    'helm',
    'replies and script paused; for 1800 s, or until resumed',
  );
  await listen(audioCommandSubject('demo'), 'command', 'paused for 1800 s');
  t.match(await helm('mute', '123', '--for', '1h'), { code: 0, stdout: /^demo: / });
  t.match(await helm('pause', '--all', '--json'), {
    code: 0,
    stdout: /^\{"room":"demo","done":true,.*sound paused/,
  });
  t.match(await helm('skip'), { code: 0, stdout: /^demo: paused/ });
  t.match(await run('ops/say.ts', '大家好', '--home', home), { code: 0, stdout: /^demo: / });
  t.match(asked, [
    { type: 'helm', action: 'mute', viewer: '123', forMs: 3_600_000 },
    { type: 'helm', action: 'pause', all: true, forMs: 0 },
    { type: 'command', action: 'pause', forMs: 1_800_000 },
    { type: 'command', action: 'skip' },
    { type: 'helm', action: 'say', text: '大家好' },
  ]);
});

void t.test('helm that is refused ends with 1', async (t) => {
  const { home, listen } = await openHome(t);
  await listen(replyCommandSubject('demo'), 'helm', 'not now');
  t.match(await run('ops/helm.ts', 'pause', '--home', home), { code: 1, stderr: 'demo: not now\n' });
  t.match(await run('ops/say.ts', '好', '--home', home), { code: 1, stderr: 'demo: not now\n' });
});

void t.test('say tries an event without saying it', async (t) => {
  const folder = t.testdir({
    'good.yaml': `rooms: [{ id: shop, source: { type: douyin, webRid: "1" } }]
reply:
  rules:
    - { id: price, keywords: [多少钱], say: ['{product.title}只要{product.price}', '{nickname}，看小黄车'] }
`,
    'bad.yaml': `rooms: [{ id: shop, source: { type: douyin, webRid: "1" } }]
reply:
  rules:
    - { id: price, keywords: [多少钱], say: ['{nikname}，看小黄车'] }
`,
  });
  const say = async (event: string, ...args: string[]) => await run('ops/say.ts', '--event', event, ...args);
  const good = ['--config', join(folder, 'good.yaml')];
  const asked = '{"kind":"chat","text":"多少钱"}';
  t.match(await say(asked, ...good), {
    code: 0,
    stdout: /^shop: rule price\nsays: 小明，看小黄车\none of:\n {2}\{product\.title\}/,
  });
  const shown = `[{"kind":"product","productId":"7","title":"毛衣","price":"99"},${asked}]`;
  const { stdout } = await say(shown, ...good, '--json');
  t.match(JSON.parse(stdout), { room: 'shop', from: 'rule price', say: /毛衣只要99|小明，看小黄车/ });
  t.match(await say('{"kind":"stats"}'), { code: 1, stdout: /nothing is said: skipped: informational/ });
  t.match(await say('{kind'), { code: 1, stderr: /^--event must be JSON such as/ });
  t.match(await say('{"kind":"chat"}'), { code: 1, stderr: /^--event is no event: text: / });
  t.match(await say('[{"kind":"dance"}]'), { code: 1, stderr: /\[0\]\.kind: / });
  t.match(await say(asked, '--config', join(folder, 'bad.yaml')), {
    code: 78,
    stderr: /reply\.rules\[0\]\.say\[0\].*has no field \{nikname\}/,
  });
  t.match(await say(asked, '--room', 'nope'), { code: 1, stderr: /No room "nope"/ });
});
