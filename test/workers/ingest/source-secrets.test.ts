import t from 'tap';
import { secretsOf } from '../../../workers/ingest/source-secrets.ts';

void t.test('secretsOf() finds what a source logs in with, and nothing that a log needs', (t) => {
  const url = 'wss://shop:pass%20word@feed.example/events?token=abcdefgh';
  const headers = { authorization: 'Bearer ijklmnop' };
  t.same(
    [...secretsOf({ type: 'generic', transport: { kind: 'websocket', url, headers } })],
    ['shop', 'pass%20word', '?token=abcdefgh', 'abcdefgh', 'Bearer ijklmnop', 'ijklmnop'],
  );
  const webhook = { kind: 'webhook', host: '127.0.0.1', port: 8710, secret: 'sixteen letters!' };
  t.same(new Set(secretsOf({ type: 'generic', transport: webhook })), new Set(['sixteen letters!']));
  const servers = ['nats://onair:qrstuvwx@nats.example:4222', 'nats://other.example'];
  t.same([...secretsOf({ type: 'generic', transport: { kind: 'nats', servers } })], ['onair', 'qrstuvwx']);
  t.same([...secretsOf({ type: 'douyin', webRid: '5164', pageUrl: 'https://live.douyin.com' })], []);
  t.end();
});
