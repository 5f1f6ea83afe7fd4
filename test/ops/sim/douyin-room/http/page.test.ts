import t from 'tap';
import {
  renderEnterAnswer,
  renderRoomPage,
  userUniqueIdOf,
  type RoomState,
} from '../../../../../ops/sim/douyin-room/http/page.ts';

const room = (state: RoomState) => ({
  state,
  webRid: 'demo',
  roomId: '7659772534023654196',
  anchor: '小"芳"</script>',
  title: '鲜花饼',
});

const firstMatch = (html: string, pattern: RegExp): string | undefined => pattern.exec(html)?.[1];

void t.test('renderRoomPage() holds what sources find with their patterns', async (t) => {
  const html = renderRoomPage(room('live'), '7314816242107345008');
  t.equal(firstMatch(html, /\\"roomId\\":\\"(\d+)\\"/), '7659772534023654196');
  t.equal(firstMatch(html, /\\"user_unique_id\\":\\"(\d+)\\"/), '7314816242107345008');
  t.equal(firstMatch(html, /\\"status\\":(\d)/), '2');
});

void t.test('renderRoomPage() pushes strings that are JSON inside, quotes and tags included', async (t) => {
  const html = renderRoomPage(room('live'), '1');
  const pushed = [...html.matchAll(/self\.__pace_f\.push\((.*?)\)<\/script>/gs)].map(([, json]) =>
    JSON.parse(json ?? ''),
  );
  t.equal(pushed.length, 3);
  const [kind, line] = pushed[1];
  t.equal(kind, 1);
  const tree = JSON.parse(line.slice(line.indexOf(':') + 1));
  t.match(tree[3].state.roomStore.roomInfo, { anchor: { nickname: '小"芳"</script>' }, web_rid: 'demo' });
});

void t.test('renderRoomPage() shows an ended broadcast, an account without a room, and nobody', async (t) => {
  t.equal(firstMatch(renderRoomPage(room('ended'), '1'), /\\"status_str\\":\\"(\d)\\"/), '4');
  const offline = renderRoomPage(room('offline'), '1');
  t.match(offline, /\\"anchor\\":/);
  t.notMatch(offline, /\\"room\\":/);
  t.notMatch(offline, /7659772534023654196/);
  t.match(offline, /\\"roomId\\":/, 'of a recommended room, which is a trap');
  const nobody = renderRoomPage(undefined, '1');
  t.notMatch(nobody, /\\"anchor\\":/);
  t.match(nobody, /\\"roomInfo\\":\{\}/);
});

void t.test('renderEnterAnswer() tells the state in the documented fields', async (t) => {
  const answer = (state: RoomState) => JSON.parse(renderEnterAnswer(room(state), 5));
  t.match(answer('live'), {
    status_code: 0,
    data: { data: [{ id_str: '7659772534023654196', status: 2 }], room_status: 0, user: { nickname: /芳/ } },
  });
  t.match(answer('ended'), { data: { data: [{ status: 4 }], room_status: 2 } });
  t.same(answer('offline').data.data, []);
  t.equal(JSON.parse(renderEnterAnswer(undefined, 5)).status_code, 4001038);
  t.equal(renderEnterAnswer(room('captcha'), 5), '');
});

void t.test('userUniqueIdOf() makes a number in the accepted range, the same for a cookie', async (t) => {
  const id = BigInt(userUniqueIdOf('1%7Cabc'));
  t.ok(id >= 7_300_000_000_000_000_000n && id < 7_999_000_000_000_000_000n);
  t.equal(userUniqueIdOf('1%7Cabc'), `${id}`);
});
