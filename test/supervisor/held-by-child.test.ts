import t from 'tap';
import { HeldByChild } from '../../supervisor/held-by-child.ts';

/** The ack subject of a message of SPEECH; `delivery` makes it another one of the same message. */
const ack = (seq: number, delivery = 1): string =>
  `$JS.ACK.SPEECH.tts-idle.${delivery}.${seq}.${seq}.1795396662609000000.0`;
const planned = { died: false, now: 0 };
const death = { died: true, now: 0 };

void t.test('HeldByChild gives back what a child took and has not settled, once', (t) => {
  const held = new HeldByChild();
  held.took('tts', [ack(1), ack(2), ack(3)], 0);
  held.took('reply', [ack(9)], 0);
  held.settled('tts', [ack(2), 'unknown']);
  t.same(held.release('tts', death), { acks: [ack(1), ack(3)], poison: [] });
  t.same(held.release('tts', death), { acks: [], poison: [] });
  t.same(held.release('reply', planned).acks, [ack(9)]);
  t.end();
});

void t.test('HeldByChild says how long a message of a dead child was on its way to the next', (t) => {
  const held = new HeldByChild();
  held.took('tts', [ack(1), ack(2)], 0);
  held.release('tts', { died: true, now: 100 });
  t.same(held.took('tts.2', [ack(1, 2), ack(7)], 112), [12], 'another delivery of the same message');
  t.same(held.took('tts.2', [ack(1, 3)], 200), [], 'only the first time');
  t.end();
});

void t.test('HeldByChild calls a message poison when two children died while they treated it', (t) => {
  const held = new HeldByChild();
  held.took('tts', [ack(1), ack(2)], 0);
  held.treating('tts', [ack(1)]);
  t.same(held.release('tts', death).poison, [], 'once may be chance');
  held.took('tts.2', [ack(1, 2), ack(2, 2)], 0);
  held.treating('tts.2', [ack(1, 2)]);
  t.same(held.release('tts.2', death), { acks: [ack(1, 2), ack(2, 2)], poison: [ack(1, 2)] });
  t.same(held.poison, ['SPEECH 1']);
  t.end();
});

void t.test('HeldByChild blames no message that was only held, nor for a planned end', (t) => {
  const held = new HeldByChild();
  for (let life = 0; life < 5; life++) {
    held.took('reply', [ack(1, life)], 0);
    t.same(held.release('reply', death).poison, []);
    held.treating('reply', [ack(2, life)]);
    t.same(held.release('reply', planned).poison, []);
    held.treating('reply', [ack(3, life)]);
    held.treating('reply', []);
    t.same(held.release('reply', death).poison, [], 'it had been finished');
  }
  t.end();
});

void t.test('HeldByChild is bounded', (t) => {
  const held = new HeldByChild();
  for (let count = 1; count <= 25_000; count++) held.took('reply', [ack(count)], 0);
  const { acks } = held.release('reply', death);
  t.equal(acks.length, 10_000);
  t.equal(acks.at(-1), ack(25_000), 'the newest are kept');
  t.end();
});
