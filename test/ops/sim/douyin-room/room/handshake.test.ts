import t from 'tap';
import {
  judgeHandshake,
  QUERY_KEYS,
  readCookie,
  readQuery,
} from '../../../../../ops/sim/douyin-room/room/handshake.ts';
import {
  checkTestSignature,
  stubOf,
  testSignature,
} from '../../../../../ops/sim/douyin-room/wire/signature.ts';
import { BROWSER_HEADERS, browserQuery } from '../test-client.ts';

const roomId = '7659772534023654196';
const headers = Object.fromEntries(
  Object.entries(BROWSER_HEADERS).map(([key, value]) => [key.toLowerCase(), value]),
);

function judge(changes: Record<string, string> = {}, given: Record<string, string> = headers, check = false) {
  const query = readQuery(`/?${browserQuery(roomId, changes)}`);
  return judgeHandshake({
    query,
    headers: given,
    roomId,
    checkSignature: check ? checkTestSignature : undefined,
  });
}

void t.test('judgeHandshake() welcomes a browser without a remark', async (t) => {
  t.same(judge(), { refusal: [], remarks: [] });
});

void t.test('judgeHandshake() names every key that is absent', async (t) => {
  for (const key of QUERY_KEYS) {
    const query = readQuery(`/?${browserQuery(roomId)}`);
    query.delete(key);
    const { refusal } = judgeHandshake({ query, headers, roomId, checkSignature: undefined });
    t.same(refusal, [`query ${key} is absent`]);
  }
});

void t.test('judgeHandshake() refuses another room, application or live id', async (t) => {
  t.match(judge({ room_id: '1' }).refusal, [/room_id must be 7659772534023654196, got "1"/]);
  t.match(judge({ aid: '1' }).refusal, [/aid/]);
  t.match(judge({ live_id: '2' }).refusal, [/live_id/]);
});

void t.test('judgeHandshake() refuses a client without cookie, agent and origin', async (t) => {
  t.same(judge({}, {}).refusal, [
    'cookie ttwid is absent',
    'header User-Agent is absent',
    'header Origin is absent',
  ]);
});

void t.test('judgeHandshake() checks the signature when asked to', async (t) => {
  t.same(judge({}, headers, true).refusal, ['query signature is wrong']);
  const request = { roomId, userUniqueId: '7659776308930922010', sdkVersion: '1.0.15' };
  t.same(judge({ signature: testSignature(stubOf(request)) }, headers, true).refusal, []);
});

void t.test('judgeHandshake() remarks on what a browser does otherwise', async (t) => {
  t.match(judge({ browser_version: '5.0+(test)', identity: 'anchor' }).remarks, [
    /identity is "anchor"/,
    /browser_version is "5.0\+\(test\)", a browser sends "5.0 \(test\)"/,
  ]);
});

void t.test('readQuery() leaves a plus of a signature alone and takes escapes apart', async (t) => {
  const query = readQuery('/push?signature=ab+/c=&host=https%3A%2F%2Fx&empty=&bad=%E4%zz');
  t.same(Object.fromEntries(query), { signature: 'ab+/c=', host: 'https://x', empty: '', bad: '%E4%zz' });
});

void t.test('readCookie() finds one of several', async (t) => {
  t.equal(readCookie('a=1; ttwid=1%7Cx=y; b=2', 'ttwid'), '1%7Cx=y');
  t.equal(readCookie('xttwid=1', 'ttwid'), undefined);
  t.equal(readCookie(undefined, 'ttwid'), undefined);
});
