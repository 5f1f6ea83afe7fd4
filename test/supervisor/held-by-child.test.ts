import t from 'tap';
import { HeldByChild } from '../../supervisor/held-by-child.ts';

void t.test('HeldByChild gives back what a child took and has not settled, once', (t) => {
  const held = new HeldByChild();
  held.note('tts', { kind: 'took', acks: ['a', 'b', 'c'] });
  held.note('reply', { kind: 'took', acks: ['x'] });
  held.note('tts', { kind: 'settled', acks: ['b', 'unknown'] });
  t.same([...held.release('tts')], ['a', 'c']);
  t.same([...held.release('tts')], []);
  t.same([...held.release('reply')], ['x']);
  t.end();
});

void t.test('HeldByChild is bounded', (t) => {
  const held = new HeldByChild();
  for (let count = 0; count < 25_000; count++) held.note('reply', { kind: 'took', acks: [String(count)] });
  const left = [...held.release('reply')];
  t.equal(left.length, 10_000);
  t.equal(left.at(-1), '24999', 'the newest are kept');
  t.end();
});
