import t from 'tap';
import { readEnterAnswer, readRoomPage } from '../../../../workers/ingest/douyin/room-page.ts';
import { livePage } from '../../../support/webcast-server.ts';

void t.test('readRoomPage() reads the pieces of a live room', (t) => {
  t.same(readRoomPage(livePage()), {
    status: 'live',
    roomId: '7659772534023654196',
    userUniqueId: '7659776308930922010',
    anchorId: '100',
    title: '卖水果 {"}',
    anchor: '主播小红',
  });
  t.end();
});

const statuses: [number, string][] = [
  [1, 'offline'],
  [2, 'live'],
  [3, 'paused'],
  [4, 'offline'],
];
for (const [status, expected] of statuses) {
  void t.test(`readRoomPage() takes status ${status} for ${expected}`, (t) => {
    t.equal(readRoomPage(livePage({ status })).status, expected);
    t.end();
  });
}

void t.test('readRoomPage() tells an account without a room, even with a room id elsewhere', (t) => {
  const page = `${livePage({ room: false })}<script>var x = "{\\"roomId\\":\\"123\\"}"</script>`;
  t.match(readRoomPage(page), { status: 'no-room' });
  t.end();
});

void t.test('readRoomPage() finds escaped patterns on a page of another make', (t) => {
  const page = String.raw`<script>x("{\"roomStore\":{\"roomInfo\":{\"room\":{\"id_str\":\"77\",\"status\":2},\"roomId\":\"77\",\"anchor\":{\"nickname\":\"小红\"`;
  t.match(readRoomPage(page), { status: 'live', roomId: '77', anchor: '小红' });
  const user = String.raw`\"user_unique_id\":\"7300000000000000001\"`;
  t.match(readRoomPage(user), { status: 'unknown', userUniqueId: '7300000000000000001' });
  t.end();
});

void t.test('readRoomPage() tells nothing of pages that tell nothing', (t) => {
  for (const page of [
    '',
    '<html>验证码</html>',
    'self.__pace_f.push([1,"{\\"roomStore\\":{"])',
    '\\"roomStore\\":null',
  ]) {
    t.match(readRoomPage(page), { status: 'unknown', roomId: '' });
  }
  t.end();
});

void t.test('readRoomPage() looks at the first ten stores of a page', (t) => {
  const behind = (stores: number) => `${'"roomStore":{'.repeat(stores)}${livePage()}`;
  const page = (stores: number) =>
    `${'"roomStore":{} '.repeat(stores)}"roomStore":{"roomInfo":{"room":{"id_str":"7","status":2}}}`;
  t.match(readRoomPage(page(9)), { status: 'live', roomId: '7' });
  t.match(readRoomPage(page(10)), { roomId: '' }, 'the eleventh is not looked at');
  t.match(readRoomPage(behind(300_000)), { status: 'live', title: '卖水果 {"}' }, 'pieces come first');
  t.end();
});

const hostile = [
  '"roomStore":{',
  '"roomInfo":{',
  '"anchor":{',
  '"roomStore":{"',
  '\\"roomStore\\":{\\"',
  '"user_unique_id":"1',
  '"roomId":"1',
  'self.__pace_f.push([1,',
  'self.__pace_f.push([1,"',
  'self.__pace_f.push([1,"x"])',
  'self.__pace_f.push([1,"\\"roomStore\\":{"',
  '\\',
];
for (const mark of hostile) {
  void t.test(`readRoomPage() comes to an end with 4 MB of ${mark}`, (t) => {
    const page = mark.repeat(Math.ceil(4_194_304 / mark.length));
    t.match(readRoomPage(page), { status: 'unknown' });
    t.match(readRoomPage(`self.__pace_f.push([1,"${page}`), { status: 'unknown' });
    t.match(readRoomPage(`self.__pace_f.push([1,${JSON.stringify(page)}])`), { status: 'unknown' });
    t.end();
  });
}

const answers: { name: string; answer: unknown; expected: object }[] = [
  {
    name: 'live',
    answer: { data: { data: [{ id_str: '9', status: 2, title: 't' }], user: { nickname: 'n' } } },
    expected: { status: 'live', roomId: '9', title: 't', anchor: 'n' },
  },
  {
    name: 'ended',
    answer: { data: { data: [{ id_str: '9', status: 4 }] } },
    expected: { status: 'offline' },
  },
  {
    name: 'ended, by the room status',
    answer: { data: { data: [{ id_str: '9' }], room_status: 2 } },
    expected: { status: 'offline' },
  },
  {
    name: 'paused',
    answer: { data: { data: [{ id_str: '9', status: 3 }] } },
    expected: { status: 'paused', roomId: '9' },
  },
  {
    name: 'a status that nobody knows',
    answer: { data: { data: [{ id_str: '9', status: 7 }] } },
    expected: { status: 'unknown' },
  },
  {
    name: 'an account without a room',
    answer: { data: { data: [], room_status: 2 } },
    expected: { status: 'no-room' },
  },
  {
    name: 'live, by the room status',
    answer: { data: { data: [{ id_str: '9' }], room_status: 0 } },
    expected: { status: 'live', roomId: '9' },
  },
  { name: 'an invalid room', answer: { status_code: 4_001_038 }, expected: { status: 'not-found' } },
  { name: 'nothing', answer: {}, expected: { status: 'unknown' } },
  { name: 'a list', answer: [], expected: { status: 'unknown' } },
];
for (const { name, answer, expected } of answers) {
  void t.test(`readEnterAnswer() reads ${name}`, (t) => {
    t.match(readEnterAnswer(JSON.stringify(answer)), expected);
    t.end();
  });
}

void t.test('readEnterAnswer() tells nothing of an empty body', (t) => {
  t.equal(readEnterAnswer('').status, 'unknown');
  t.equal(readEnterAnswer('<html>').status, 'unknown');
  t.end();
});
