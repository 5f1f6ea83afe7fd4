import t from 'tap';
import {
  defaultResume,
  pushAddress,
  signatureParams,
  stubOf,
} from '../../../../workers/ingest/douyin/push-address.ts';

const roomId = '7659772534023654196';
const userUniqueId = '7659776308930922010';

void t.test('stubOf() matches the published vector', (t) => {
  t.equal(stubOf(signatureParams({ roomId, userUniqueId })), '94d8b625e851f0a1f70db875514e621c');
  t.end();
});

void t.test('pushAddress() has every key in the order of the browser', (t) => {
  const address = pushAddress({
    pushUrl: 'wss://example.test/',
    roomId,
    userUniqueId,
    userAgent: 'Mozilla/5.0 (Windows NT 10.0) Chrome/140.0',
    resume: { cursor: 'r-1_d-1', internalExt: 'internal_src:dim|seq:1' },
    signature: 'a+b/c= d',
  });
  t.ok(address.startsWith('wss://example.test/webcast/im/push/v2/?app_name=douyin_web&'));
  const keys = address
    .split('?')[1]
    ?.split('&')
    .map((pair) => pair.split('=')[0]);
  t.same(
    keys?.join(' '),
    'app_name version_code webcast_sdk_version update_version_code compress device_platform cookie_enabled screen_width ' +
      'screen_height browser_language browser_platform browser_name browser_version browser_online tz_name cursor ' +
      'internal_ext host aid live_id did_rule endpoint support_wrds user_unique_id im_path identity ' +
      'need_persist_msg_count insert_task_id live_reason room_id heartbeatDuration signature',
  );
  t.ok(address.endsWith('&room_id=7659772534023654196&heartbeatDuration=0&signature=a+b/c=%20d'));
  const { searchParams } = new URL(address);
  t.equal(searchParams.get('browser_version'), '5.0 (Windows NT 10.0) Chrome/140.0');
  t.ok(address.includes('browser_version=5.0%20(Windows%20NT%2010.0)'));
  t.equal(searchParams.get('internal_ext'), 'internal_src:dim|seq:1');
  t.equal(searchParams.get('insert_task_id'), '');
  t.equal(searchParams.get('host'), 'https://live.douyin.com');
  t.end();
});

void t.test('defaultResume() makes up a position as the page does', (t) => {
  const { cursor, internalExt } = defaultResume({ roomId, userUniqueId }, 1_700_000_000_123);
  t.match(cursor, /^d-1_u-1_fh-\d{19}_t-1700000000123_r-1$/);
  t.match(
    internalExt,
    /^internal_src:dim\|wss_push_room_id:7659772534023654196\|wss_push_did:7659776308930922010\|first_req_ms:1700000000123\|fetch_time:1700000000123\|seq:1\|wss_info:0-1700000000123-0-0\|wrds_v:\d{19}$/,
  );
  t.end();
});
