import t from 'tap';
import { readHelmOrder } from '../../ops/read-helm-order.ts';

void t.test('readHelmOrder() reads each command', (t) => {
  const nothing = { forMs: 0, all: false, text: '', viewer: '' };
  const orders: [string[], { for?: string; all?: boolean }, object][] = [
    [['pause'], {}, { ...nothing, action: 'pause' }],
    [['pause'], { for: '5m', all: true }, { ...nothing, action: 'pause', forMs: 300_000, all: true }],
    [['resume'], {}, { ...nothing, action: 'resume' }],
    [['say', '大家好', '欢迎'], {}, { ...nothing, action: 'say', text: '大家好 欢迎' }],
    [['skip'], {}, { ...nothing, action: 'skip' }],
    [['mute', '123'], { for: '1h' }, { ...nothing, action: 'mute', viewer: '123', forMs: 3_600_000 }],
    [['unmute', '123'], {}, { ...nothing, action: 'unmute', viewer: '123' }],
    [['status'], {}, { ...nothing, action: 'status' }],
  ];
  for (const [words, given, order] of orders)
    t.strictSame(readHelmOrder(words, given), order, words.join(' '));
  t.end();
});

void t.test('readHelmOrder() says what is wrong', (t) => {
  const wrong: [string[], { for?: string; all?: boolean }, RegExp][] = [
    [[], {}, /Say one of pause, resume, say, mute, unmute, status, skip;/],
    [['dance'], {}, /not "dance"/],
    [['say'], {}, /Say what/],
    [['mute'], {}, /Say which viewer/],
    [['mute', '1', '2'], {}, /"2" is one word too many/],
    [['skip', 'it'], {}, /"it" is one word too many/],
    [['resume'], { for: '5m' }, /--for goes with pause and mute, not with resume/],
    [['say', '好'], { all: true }, /--all goes with pause/],
    [['pause'], { for: 'soon' }, /--for must be a time/],
  ];
  for (const [words, given, text] of wrong)
    t.throws(() => readHelmOrder(words, given), text, words.join(' '));
  t.end();
});
