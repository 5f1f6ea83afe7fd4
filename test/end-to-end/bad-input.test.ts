import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { writeFileSync } from 'node:fs';
import { connect } from '@nats-io/transport-node';
import t from 'tap';
import { Show, silentRoom } from '../support/show.ts';

const project = resolve(import.meta.dirname, '../..');

function supervise(args: string[]): { code: number | null; stdout: string; stderr: string } {
  const main = join(project, 'supervisor/main.ts');
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { code: status, stdout, stderr };
}

void t.test('a configuration with three mistakes lists all three with their paths and exits 78', (t) => {
  const home = t.testdir();
  const file = join(home, 'onair.yaml');
  writeFileSync(
    file,
    'rooms:\n  - id: my room\n    source: { type: douyin, webRid: "1" }\ntts: { voice: 7 }\naudio: { outptus: [file] }\n',
  );
  const { code, stderr } = supervise(['--config', file, '--home', home]);
  t.equal(code, 78);
  t.match(stderr, /3 mistakes/);
  for (const line of [
    /rooms\[0\]\.id \(line 2\)/,
    /tts\.voice \(line 4\)/,
    /audio\.outptus \(line 5\): is not a known option/,
  ])
    t.match(stderr, line);
  t.end();
});

void t.test('a configuration that cannot be read, and an unknown option, are said in one sentence', (t) => {
  const missing = supervise(['--config', join(t.testdir(), 'none.yaml')]);
  t.equal(missing.code, 78);
  t.match(missing.stderr, /Cannot read the configuration: .*none\.yaml/);
  const unknown = supervise(['--hoem', 'x']);
  t.equal(unknown.code, 1);
  t.match(unknown.stderr, /--hoem/);
  t.equal(supervise(['--help']).code, 0);
  t.end();
});

void t.test('a second supervisor in the same home is refused', async (t) => {
  await using show = await Show.start(t, silentRoom);
  const { code, stderr } = supervise(['--home', show.home]);
  t.equal(code, 1);
  t.match(stderr, new RegExp(`a supervisor \\(pid ${show.process.pid}\\) is running there`));
  t.equal(await show.stop(), 0);
});

void t.test('a hostile room is counted and logged, and the show goes on', async (t) => {
  await using show = await Show.start(t, silentRoom);
  await show.untilConnected();
  const faults = [
    { kind: 'garbage' },
    { kind: 'truncated-gzip' },
    { kind: 'unknown-method' },
    { kind: 'bad-sibling' },
    { kind: 'gzip-bomb', megabytes: 40 },
    { kind: 'oversized', megabytes: 10 },
    { kind: 'cut' },
  ];
  for (const fault of faults) {
    await show.fault(fault);
    await show.untilConnected();
    const [chat] = await show.say({ kind: 'chat', user: '小明', text: `你好，${fault.kind}` });
    t.match(
      await show.untilOutcome(chat?.msgId ?? ''),
      { what: /spoken|merged/ },
      `answered after ${fault.kind}`,
    );
  }
  const names = ['damagedFrames', 'damagedMessages', 'unknownMethods', 'bombs', 'oversized', 'reconnects'];
  const countOf = (name: string) => show.child('ingest').counters[name] ?? 0;
  for (const name of names) await show.until(`the count of ${name}`, () => countOf(name) >= 1);
  t.equal(show.child('ingest').restarts, 0, 'ingest did not die of it');
  const siblings = (await show.sent()).filter(
    ({ kind, text }) => kind === 'chat' && !text.startsWith('你好，'),
  );
  t.ok(siblings.length >= 2, 'the room did send good messages around the bad one');
  for (const { msgId } of siblings)
    t.ok(await show.untilOutcome(msgId), 'a sibling of a bad message is not lost');
  t.match(show.log('ingest.ndjson'), /damaged|gunzip|bomb/i);
});

void t.test('the bus lets nobody in without a key', async (t) => {
  await using show = await Show.start(t, silentRoom);
  const { url } = show.state.nats;
  t.match(url, /127\.0\.0\.1/);
  await t.rejects(
    connect({ servers: [url], maxReconnectAttempts: 0, reconnect: false, timeout: 10_000 }),
    /[Aa]uthoriz/,
  );
  t.throws(() => show.bus.connection.publish('x', new Uint8Array(2_000_000)), /payload/i);
});

void t.test(
  'a configuration that asks for what cannot be had here is refused before anything starts',
  (t) => {
    const home = t.testdir();
    const file = join(home, 'onair.yaml');
    const source =
      'source: { type: douyin, webRid: "1", cookieFile: none.txt, signer: { type: command, command: [no-such-program] } }';
    writeFileSync(file, `rooms:\n  - id: a\n    ${source}\n`);
    const { code, stderr } = supervise(['--config', file, '--home', home]);
    t.equal(code, 78);
    t.match(
      stderr,
      /2 mistakes[^]*rooms\[0\]\.source\.cookieFile: cannot be read[^]*signer\.command\[0\]: there is no program/,
    );
    t.end();
  },
);

void t.test('a voice that the engine does not have ends with 78, and says so', (t) => {
  const home = t.testdir();
  const file = join(home, 'onair.yaml');
  writeFileSync(
    file,
    'rooms:\n  - id: a\n    source: { type: douyin, webRid: "1", pageUrl: "http://127.0.0.1:9" }\ntts: { voice: nosuchvoice }\n',
  );
  const { code, stdout } = supervise(['--config', file, '--home', home]);
  t.equal(code, 78, stdout);
  t.match(stdout, /tts\.voice: must be a voice of espeak, got "nosuchvoice"/);
  t.end();
});

void t.test('a home folder that cannot be made is said in one sentence', (t) => {
  const { code, stderr } = supervise(['--home', '/proc/onair']);
  t.equal(code, 1);
  t.match(stderr, /Cannot use \/proc\/onair as the home folder; name another with --home/);
  t.notMatch(stderr, /\n\s+at /);
  t.end();
});
