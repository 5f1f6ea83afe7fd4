import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import t from 'tap';
import { demoConfig } from '../../protocol/config.ts';
import { configJsonSchema, readConfig, readConfigText } from '../../protocol/read-config.ts';

const room = 'rooms:\n  - id: shop\n    source: { type: douyin, webRid: "123" }\n';

void t.test('readConfigText() fills every default', (t) => {
  const result = readConfigText(room, {});
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  t.match(result.config.rooms[0]?.source, { pageUrl: 'https://live.douyin.com' });
  t.same(result.config.tts.engines, [], 'the embedded voice is always there');
  t.same(result.config.audio.outputs, ['speaker', 'player', 'file', 'null']);
  t.ok(result.config.reply.rules.every(({ pattern, kinds }) => pattern === '' && kinds.length > 0));
  t.end();
});

void t.test('readConfigText() lists every mistake with path and line', (t) => {
  const text = `${room}tts:\n  threads: { min: 4, max: 2 }\naudio:\n  outputs: [spekaer]\nreply:\n  maxWating: 3\n`;
  const result = readConfigText(text, {});
  if (result.ok) throw new Error('accepted');
  t.same(
    result.problems.map(({ path, line }) => ({ path, line })).toSorted((a, b) => a.line - b.line),
    [
      { path: 'tts.threads', line: 5 },
      { path: 'audio.outputs[0]', line: 7 },
      { path: 'reply.maxWating', line: 9 },
    ],
  );
  t.match(result.problems.find(({ path }) => path === 'audio.outputs[0]')?.message, /got 'spekaer'/);
  t.end();
});

void t.test('readConfigText() refuses text that is not YAML, says where, and does not throw', (t) => {
  for (const text of ['rooms: [', 'a: b: c', '\t- x', '- 1', 'null', '""', '&a [*a]', 'rooms: 5']) {
    const result = readConfigText(text, {});
    if (result.ok) throw new Error(`accepted ${text}`);
    t.ok(result.problems.length > 0 && result.problems.every(({ message }) => message !== ''), text);
  }
  t.end();
});

void t.test('readConfigText() takes values from the environment, and says which one is missing', (t) => {
  const text = room.replace('"123"', '"123", cookie: "${env:COOKIE}"');
  const filled = readConfigText(text, { COOKIE: 'sessionid=1' });
  t.match(filled.ok && filled.config.rooms[0]?.source, { cookie: 'sessionid=1' });
  const missing = readConfigText(text, {});
  t.match(missing, { ok: false, problems: [{ path: 'rooms[0].source.cookie', line: 3, message: /COOKIE/ }] });
  t.end();
});

void t.test('readConfigText() refuses two rooms of one name and addresses of the wrong kind', (t) => {
  const two = `${room}  - id: shop\n    source: { type: douyin, webRid: "9", pageUrl: "ftp://x", pushUrls: ["https://x"] }\n`;
  const result = readConfigText(two, {});
  if (result.ok) throw new Error('accepted');
  t.same(result.problems.map(({ path }) => path).toSorted(), [
    'rooms[1].id',
    'rooms[1].source.pageUrl',
    'rooms[1].source.pushUrls[0]',
  ]);
  const same = readConfigText(`${room}  - id: shop\n    source: { type: douyin, webRid: "9" }\n`, {});
  t.match(same, { ok: false, problems: [{ path: 'rooms[1].id', line: 4 }] });
  t.end();
});

void t.test('readConfigText() finds what no single option can tell', (t) => {
  const text = `rooms:
  - id: Shop
    source: { type: douyin, webRid: "1", pageUrl: "http://\${address:nope}" }
  - id: shop
    source: { type: douyin, webRid: "2" }
simulators:
  - { id: a, type: douyin-room }
  - { id: a, type: douyin-room }
reply:
  rules: [{ id: x, say: [a] }, { id: x, say: [b] }]
  idle: [{ id: y, lines: [a] }, { id: y, lines: [b] }]
supervisor: { heartbeatMs: 5000, heartbeatDeadlineMs: 500 }
`;
  const result = readConfigText(text, {});
  if (result.ok) throw new Error('accepted');
  t.same(result.problems.map(({ path, line }) => `${path} ${line}`).toSorted(), [
    'reply.idle[1].id 11',
    'reply.rules[1].id 10',
    'rooms[0].source.pageUrl 3',
    'rooms[1].id 4',
    'simulators[1].id 8',
    'supervisor.heartbeatDeadlineMs 12',
  ]);
  t.match(
    result.problems.find(({ path }) => path.endsWith('pageUrl'))?.message,
    /"nope"; the simulators are: sim-a/,
  );
  t.end();
});

void t.test('readConfigText() refuses aliases that unfold to too much', (t) => {
  const text = [
    'a0: &a0 [x, x]',
    ...Array.from({ length: 30 }, (_, n) => `a${n + 1}: &a${n + 1} [*a${n}, *a${n}, *a${n}]`),
  ];
  t.match(readConfigText(text.join('\n'), {}), { ok: false, problems: [{ message: /alias/i }] });
  t.end();
});

void t.test('readConfig() accepts the demonstration', (t) => {
  t.ok(readConfig(demoConfig, {}).ok);
  t.end();
});

void t.test('the JSON schema in docs is the one that the code has', (t) => {
  const file = resolve(import.meta.dirname, '../../docs/onair.schema.json');
  t.same(JSON.parse(readFileSync(file, 'utf8')), configJsonSchema(), 'write it anew with: npm run schema');
  t.end();
});
