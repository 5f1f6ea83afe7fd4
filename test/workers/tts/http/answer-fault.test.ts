import t from 'tap';
import {
  faultOfAnswer,
  faultOfText,
  hideSecrets,
  readMessage,
} from '../../../../workers/tts/http/answer-fault.ts';

const now = Date.UTC(2026, 9, 1, 12);
const options = { what: 'POST http://voice/tts', secrets: ['top-secret'], now };
const fault = (status: number, headers: Record<string, string> = {}, text = '') =>
  faultOfAnswer({ status, headers, text }, options);

void t.test('faultOfAnswer() tells busy servers from broken ones and from refusals', (t) => {
  const expected: [number, Record<string, string>, string][] = [
    [400, {}, 'refused'],
    [404, {}, 'refused'],
    [422, {}, 'refused'],
    [301, {}, 'refused'],
    [429, {}, 'busy'],
    [503, { 'retry-after': '2' }, 'busy'],
    [503, {}, 'server'],
    [500, {}, 'server'],
    [502, { 'retry-after': '2' }, 'server'],
    [504, {}, 'server'],
  ];
  for (const [status, headers, code] of expected)
    t.match(fault(status, headers), { name: 'EngineError', code, status }, `${status}`);
  t.end();
});

void t.test('faultOfAnswer() reads Retry-After as seconds and as a date, within bounds', (t) => {
  const waits: [string, number][] = [
    ['2', 2_000],
    ['0.5', 500],
    ['-3', 0],
    ['999999', 3_600_000],
    [new Date(now + 7_000).toUTCString(), 7_000],
    [new Date(now - 7_000).toUTCString(), 0],
  ];
  for (const [header, retryAfterMs] of waits)
    t.match(fault(503, { 'retry-after': header }), { code: 'busy', retryAfterMs }, header);
  t.match(fault(503, { 'retry-after': 'soon' }), { code: 'server', retryAfterMs: 0 });
  t.end();
});

void t.test('readMessage() finds what each kind of server says', (t) => {
  const said: [string, string][] = [
    ['{"message":"tts failed","Exception":"no such file"}', 'tts failed: no such file'],
    ['{"error":{"message":"Invalid voice","type":"x"}}', 'Invalid voice'],
    ['{"error":"busy"}', 'busy'],
    [
      '{"detail":[{"loc":["body","streaming_mode"],"msg":"must be a bool"}]}',
      'body: streaming_mode: must be a bool',
    ],
    ['{"detail":"Not Found"}', 'Not Found'],
    ['<html><head><title>x</title></head><body><h1>502 Bad\n Gateway</h1></body>', '502 Bad Gateway'],
    ['plain words\u0007', 'plain words'],
    ['{"other":1}', '{"other":1}'],
    ['', ''],
  ];
  for (const [text, message] of said) t.equal(readMessage(text), message);
  t.equal(readMessage('长'.repeat(1_000)).length, 200);
  t.end();
});

void t.test('readMessage() reads a large text that is made to be read slowly as fast as any', (t) => {
  // A million characters; the time of each that is read from its start to the end of the text would be hours.
  for (const piece of ['<', '<head ', '<style><', '</head>', '{"message":'])
    t.ok(readMessage(piece.repeat(1_000_000 / piece.length)).length <= 200, piece);
  t.equal(readMessage('<p>before</p><head><title>cut off'), 'before');
  t.end();
});

void t.test('hideSecrets() takes out keys that servers repeat', (t) => {
  const text = 'Incorrect API key provided: sk-abcdef123456, got Bearer eyJhbGciOi.x, top-secret, sk-ab***yz';
  const hidden = hideSecrets(text, ['top-secret', '']);
  t.equal(hidden, 'Incorrect API key provided: ***, got Bearer ***, ***, ***');
  t.notMatch(fault(401, {}, '{"error":"top-secret is wrong"}').message, /top-secret/);
  for (let before = 180; before < 210; before++)
    t.notMatch(fault(401, {}, `${'x'.repeat(before)} top-secret is wrong`).message, /top/, 'no part of it');
  t.end();
});

void t.test('faultOfText() says what came instead of sound', (t) => {
  const headers = { 'content-type': 'application/json' };
  const error = faultOfText({ status: 200, headers, text: '{"message":"no model"}' }, options);
  t.match(error, {
    code: 'garbage',
    message: 'POST http://voice/tts answered with application/json: no model',
  });
  t.end();
});
