import t from 'tap';
import { readTruth } from '../../../ops/chaos/truth.ts';

const none = new Set<string>();

function line(n: number, msgId: string, more: object = {}): string {
  const record = {
    n,
    via: 'socket',
    roomId: '9',
    msgId,
    kind: 'chat',
    userId: '5',
    nickname: '云',
    gift: null,
  };
  return JSON.stringify({ ...record, ...more });
}

void t.test('readTruth() knows a message once, however often it was sent', (t) => {
  const log = [line(1, '100'), line(2, '101'), line(3, '100', { replay: true })].join('\n');
  t.same(
    readTruth(log, none).map(({ msgId, sure }) => ({ msgId, sure })),
    [
      { msgId: '100', sure: true },
      { msgId: '101', sure: true },
    ],
  );
  t.end();
});

void t.test('readTruth() is not sure of what nobody was there to hear, until it is sent again', (t) => {
  const unheard = line(1, '100', { via: 'nobody' });
  t.match(readTruth(unheard, none), [{ sure: false }]);
  t.match(readTruth([unheard, line(2, '100')].join('\n'), none), [{ sure: true }]);
  t.end();
});

void t.test('readTruth() is sure of what a killed room had sent only when it was confirmed', (t) => {
  const log = [line(1, '100'), line(2, '101'), line(1, '200')].join('\n');
  t.match(readTruth(log, new Set(['101'])), [
    { msgId: '100', sure: false },
    { msgId: '101', sure: true },
    { msgId: '200', sure: true },
  ]);
  t.end();
});

void t.test(
  'readTruth() is sure of what asks for no confirmation only when it is known to have arrived',
  (t) => {
    const log = [line(1, '100', { kind: 'stats' }), line(2, '101'), line(3, '102', { kind: 'rank' })].join(
      '\n',
    );
    t.match(readTruth(log, new Set(['100'])), [
      { msgId: '100', sure: true },
      { msgId: '101', sure: true },
      { msgId: '102', sure: false },
    ]);
    t.end();
  },
);

void t.test('readTruth() takes the total of a gift from the count that is higher', (t) => {
  const gift = { id: 463, name: '小心心', groupId: '17', groupCount: 66, comboCount: 2, repeatCount: 66 };
  t.match(readTruth(line(1, '100', { kind: 'gift', gift }), none), [
    { kind: 'gift', streak: { key: '9/5/云/463/17', total: 132 } },
  ]);
  t.end();
});

void t.test(
  'readTruth() passes over faults and a last line cut off by a kill, and throws for any other',
  (t) => {
    const fault = line(2, '', { kind: 'fault' });
    t.equal(readTruth(`${line(1, '100')}\n${fault}\n${line(3, '101').slice(0, 20)}`, none).length, 1);
    t.throws(() => readTruth(`{"n":\n${line(1, '100')}`, none), /cannot be read/);
    t.end();
  },
);
