import t from 'tap';
import { PushHosts } from '../../../../workers/ingest/douyin/push-hosts.ts';

const pushUrls = ['wss://webcast100-ws-web-lf.douyin.com', 'wss://webcast100-ws-web-lq.douyin.com'];

function open(urls = pushUrls, pageUrl = 'https://live.douyin.com') {
  const refused: string[] = [];
  const hosts = new PushHosts({ pushUrls: urls, pageUrl, onRefused: (text) => refused.push(text) });
  return { hosts, refused };
}

void t.test('failed() goes through the configured hosts in turn', async (t) => {
  const { hosts } = open();
  const seen = [0, 1, 2].map(() => {
    const { current } = hosts;
    hosts.failed();
    return current;
  });
  t.same(seen, [pushUrls[0], pushUrls[1], pushUrls[0]]);
});

void t.test('direct() goes first where the server says, and on to the configured hosts', async (t) => {
  const { hosts, refused } = open();
  hosts.direct('webcast5-ws-web-hl.douyin.com; wss://Webcast6.douyin.com/webcast/im/push/v2/ ,,');
  t.equal(hosts.current, 'wss://webcast5-ws-web-hl.douyin.com');
  hosts.failed();
  t.equal(hosts.current, 'wss://webcast6.douyin.com');
  hosts.failed();
  t.equal(hosts.current, pushUrls[0]);
  hosts.direct('webcast5-ws-web-hl.douyin.com; wss://Webcast6.douyin.com/webcast/im/push/v2/ ,,');
  t.equal(hosts.current, pushUrls[0], 'what failed is not tried again because it is said again');
  hosts.direct('https://webcast7.douyin.com');
  t.equal(hosts.current, 'wss://webcast7.douyin.com');
  hosts.direct('');
  t.equal(hosts.current, 'wss://webcast7.douyin.com', 'nothing is said with most responses');
  t.same(refused, []);
});

const hostile = [
  'wss://douyin.com.evil.example',
  'evildouyin.com',
  'wss://live.douyin.com@evil.example',
  'wss://user:pw@live.douyin.com',
  'ws://webcast5-ws-web-lf.douyin.com',
  'javascript:alert(1)',
  'file:///etc/passwd',
  '127.0.0.1:9222',
  '[::1]:80',
  '10.0.0.1',
  'wss://',
  '\u0000',
  'http://169.254.169.254/latest',
];
for (const text of hostile) {
  void t.test(`direct() passes over ${JSON.stringify(text)}`, async (t) => {
    const { hosts, refused } = open();
    hosts.direct(text);
    t.equal(hosts.current, pushUrls[0]);
    t.equal(refused.length, 1);
  });
}

void t.test('direct() takes the good ones of a list, and few of a long one', async (t) => {
  const { hosts, refused } = open();
  hosts.direct('evil.example,webcast9.douyin.com');
  t.equal(hosts.current, 'wss://webcast9.douyin.com');
  t.same(refused, ['evil.example']);
  hosts.direct('evil.example,'.repeat(100_000));
  t.equal(refused.length, 9);
});

void t.test('direct() stays on this machine when the configuration does', async (t) => {
  const { hosts, refused } = open(['ws://127.0.0.1:1'], 'http://127.0.0.1:1');
  hosts.direct('localhost:2');
  t.equal(hosts.current, 'ws://localhost:2');
  hosts.direct('http://127.0.0.9:3/x');
  t.equal(hosts.current, 'ws://127.0.0.9:3');
  hosts.direct('webcast5-ws-web-lf.douyin.com');
  t.same(refused, ['webcast5-ws-web-lf.douyin.com']);
});

void t.test('direct() does not take a neighbour under a country for the same owner', async (t) => {
  const { hosts, refused } = open(['wss://push.shop.com.cn'], 'https://live.shop.com.cn');
  hosts.direct('evil.com.cn');
  t.equal(refused.length, 1);
  hosts.direct('other.shop.com.cn');
  t.equal(hosts.current, 'wss://other.shop.com.cn');
});

void t.test('prefer() begins with one that worked before, if it is one of ours', async (t) => {
  const { hosts } = open();
  hosts.prefer(pushUrls[1] ?? '');
  t.equal(hosts.current, pushUrls[1]);
  hosts.prefer('wss://evil.example');
  t.equal(hosts.current, pushUrls[1]);
  hosts.prefer('wss://webcast9.douyin.com');
  t.equal(hosts.current, 'wss://webcast9.douyin.com');
});
