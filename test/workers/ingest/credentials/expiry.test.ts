import t from 'tap';
import { expiryOf } from '../../../../workers/ingest/credentials/expiry.ts';

const cases: [string, string, object | undefined][] = [
  [
    'a Douyin login',
    'ttwid=1; sid_guard=abc%7C1700000000%7C5184000%7CSat%2C+13-Jan-2024+22%3A13%3A20+GMT; x=1',
    { name: 'sid_guard', at: 1_705_184_000_000 },
  ],
  ['a Bilibili login', 'SESSDATA=abc%2C1700000000%2Cdef*11', { name: 'SESSDATA', at: 1_700_000_000_000 }],
  [
    'the first of two that ends',
    'SESSDATA=abc,1700000000,d\nsid_guard=abc|1600000000|60|x',
    { name: 'sid_guard', at: 1_600_000_060_000 },
  ],
  ['the last of one name', 'SESSDATA=a,1600000000,b\nSESSDATA=a,1700000000,b', { at: 1_700_000_000_000 }],
  ['nothing of other cookies', 'sessionid=abc; sid_tt=1', undefined],
  ['nothing of damage', 'sid_guard=abc; SESSDATA=%E0%A4%A; sid_guard=a|b|c|d', undefined],
  ['nothing of times that are none', 'sid_guard=a|1|2|x; SESSDATA=a,99999999999,b', undefined],
  ['nothing of nothing', '', undefined],
];
for (const [name, cookies, expected] of cases) {
  void t.test(`expiryOf() reads ${name}`, (t) => {
    t.match(expiryOf(cookies), expected);
    t.end();
  });
}
