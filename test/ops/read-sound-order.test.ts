import t from 'tap';
import { chooseRoom, readSoundOrder } from '../../ops/read-sound-order.ts';

void t.test('readSoundOrder() reads each command', async (t) => {
  const orders: [string, string | undefined, object][] = [
    ['pause', undefined, { action: 'pause', forMs: 0, volume: 0 }],
    ['pause', '5m', { action: 'pause', forMs: 300_000, volume: 0 }],
    ['resume', undefined, { action: 'resume', forMs: 0, volume: 0 }],
    ['skip', undefined, { action: 'skip', forMs: 0, volume: 0 }],
    ['stop', undefined, { action: 'stop', forMs: 0, volume: 0 }],
    ['volume 0.8', undefined, { action: 'volume', forMs: 0, volume: 0.8 }],
    ['volume 0', undefined, { action: 'volume', forMs: 0, volume: 0 }],
    ['status', undefined, { action: 'status', forMs: 0, volume: 0 }],
  ];
  for (const [words, forText, order] of orders)
    t.strictSame(readSoundOrder(words.split(' '), forText), order, words);
});

void t.test('readSoundOrder() says what is wrong', async (t) => {
  const wrong: [string[], string | undefined, RegExp][] = [
    [[], undefined, /Say one of pause, resume, skip, stop, volume, status;/],
    [['dance'], undefined, /not "dance"/],
    [['volume'], undefined, /between 0 and 2$/],
    [['volume', '7'], undefined, /between 0 and 2, not "7"/],
    [['volume', 'loud'], undefined, /not "loud"/],
    [['volume', ''], undefined, /not ""/],
    [['volume', '1', '2'], undefined, /"2" is one word too many/],
    [['pause', '5m'], undefined, /"5m" is one word too many/],
    [['skip'], '5m', /--for goes with pause, not with skip/],
    [['pause'], 'soon', /--for must be a time/],
  ];
  for (const [words, forText, text] of wrong)
    t.throws(() => readSoundOrder(words, forText), text, words.join(' '));
});

void t.test('chooseRoom() takes the only room, or the one that is named', async (t) => {
  t.equal(chooseRoom(['demo'], undefined), 'demo');
  t.equal(chooseRoom(['a', 'b'], 'b'), 'b');
  t.throws(() => chooseRoom(['a', 'b'], undefined), /Say which room, with --room: a, b/);
  t.throws(() => chooseRoom(['a', 'b'], 'c'), /No room "c" is played here; there is a, b/);
  t.throws(() => chooseRoom([], undefined), /No room is played here/);
});
