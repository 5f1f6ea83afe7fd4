import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { StreakLedger } from '../../../../../ops/sim/douyin-room/room/streak-ledger.ts';
import { TruthLog, truthOf, type SentRecord } from '../../../../../ops/sim/douyin-room/room/truth-log.ts';
import { readItem, type RoomItemInput } from '../../../../../ops/sim/douyin-room/scenario/item.ts';

function entry(input: RoomItemInput, replay = false): Omit<SentRecord, 'n' | 'acked'> {
  const address = {
    at: 5,
    via: 'socket',
    connection: 1,
    roomId: '1',
    logId: '2',
    msgId: '3',
    replay,
  } as const;
  return { ...address, ...truthOf(readItem(input)) };
}

void t.test('add() keeps the last records and numbers them all', async (t) => {
  using log = new TruthLog({ limit: 10, file: '' });
  for (let count = 1; count <= 100; count++) log.add([entry({ kind: 'like', count })]);
  t.equal(log.records.at(-1)?.n, 100);
  t.ok(log.records.length >= 10 && log.records.length <= 13);
  t.same(
    log.since(98).map(({ n }) => n),
    [99, 100],
  );
  t.equal(log.since(0).length, log.records.length);
  t.same(log.since(100), []);
});

void t.test('add() appends a line of JSON at once', async (t) => {
  const file = join(t.testdir(), 'sent.ndjson');
  using log = new TruthLog({ limit: 10, file });
  log.add([entry({ kind: 'chat', text: '多少钱', user: '小鹿' })]);
  log.add([entry({ kind: 'enter' })]);
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  t.match(JSON.parse(lines[0] ?? ''), {
    n: 1,
    kind: 'chat',
    text: '多少钱',
    nickname: '小鹿',
    replay: false,
  });
  t.match(JSON.parse(lines[1] ?? ''), { n: 2, kind: 'enter', method: 'WebcastMemberMessage' });
  t.equal(lines.length, 2);
  log[Symbol.dispose]();
});

void t.test('StreakLedger.add() arrives at the true total, whatever the order', async (t) => {
  using log = new TruthLog({ limit: 100, file: '' });
  const ledger = new StreakLedger({ limit: 2 });
  const give = (groupId: string, count: number, repeatEnd: boolean, replay = false): void => {
    const gift = { groupId, comboCount: count, repeatCount: count, repeatEnd };
    for (const record of log.add([entry({ kind: 'gift', ...gift }, replay)])) ledger.add(record);
  };
  give('7', 1, false);
  give('7', 4, false);
  give('7', 3, false);
  give('7', 4, true);
  give('7', 4, true, true);
  t.match(ledger.totals, [{ groupId: '7', total: 4, messages: 4, ended: true }]);
  give('8', 2, false);
  give('9', 1, false);
  t.match(
    ledger.totals.map(({ groupId }) => groupId),
    ['8', '9'],
  );
});
