import { join } from 'node:path';
import t from 'tap';
import { HELP, readRoomOptions } from '../../../../ops/sim/douyin-room/read-room-options.ts';
import { DEFAULT_SETTINGS } from '../../../../ops/sim/douyin-room/room-settings.ts';

void t.test('readRoomOptions() without arguments asks for the demo', async (t) => {
  t.match(readRoomOptions([]), {
    kind: 'open',
    settings: { ...DEFAULT_SETTINGS, scenario: { type: 'random', pace: 1 } },
  });
});

void t.test('readRoomOptions() reads every option', async (t) => {
  const file = join(
    t.testdir({ 'script.json': '[{"atMs":1,"kind":"chat","text":"多少钱"}]' }),
    'script.json',
  );
  const args = `--port 8080 --seed 7 --web-rid shop --anchor A --title T --state ended --script ${file} --log l.ndjson`;
  t.match(readRoomOptions([...args.split(' '), '--require-signature', '--ac-nonce']), {
    settings: {
      port: 8080,
      seed: 7,
      webRid: 'shop',
      anchor: 'A',
      title: 'T',
      state: 'ended',
      scenario: { type: 'script' },
      logFile: 'l.ndjson',
      requireSignature: true,
      acNonce: true,
    },
  });
  t.match(readRoomOptions(['--pace', '2.5']), { settings: { scenario: { type: 'random', pace: 2.5 } } });
  t.match(readRoomOptions(['--silent']), { settings: { scenario: { type: 'silent' } } });
  t.same(readRoomOptions(['--help', '--port', 'x']), { kind: 'help', text: HELP });
});

void t.test('readRoomOptions() says what is wrong', async (t) => {
  const folder = t.testdir({ 'no.json': '{', 'wrong.json': '[{"atMs":1,"kind":"chat"}]' });
  const fails = (args: string[], message: RegExp): void => {
    t.throws(() => readRoomOptions(args), { name: 'TypeError', message });
  };
  fails(
    ['--port', 'abc'],
    /^Cannot open the room: --port must be a whole number from 0 to 65535, got "abc"$/,
  );
  fails(['--port', '70000'], /--port/);
  fails(['--seed', '-1'], /--seed/);
  fails(['--web-rid', ''], /--web-rid must not be empty/);
  fails(['--state', 'asleep'], /--state must be one of live, paused, preparing, .*, got "asleep"/);
  fails(['--silent', '--pace', '2'], /exclude each other/);
  fails(['--bogus'], /--bogus/);
  fails(['--script', join(folder, 'none.json')], /none\.json/);
  fails(['--script', join(folder, 'no.json')], /no\.json.*JSON/);
  fails(['--script', join(folder, 'wrong.json')], /wrong\.json.*\[0\].*text/);
});
