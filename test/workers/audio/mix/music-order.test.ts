import t from 'tap';
import { MusicOrder } from '../../../../workers/audio/mix/music-order.ts';
import { seeded } from '../fixtures.ts';

const take = (order: MusicOrder, names: string[], count: number) =>
  Array.from({ length: count }, () => order.next(names));

void t.test('MusicOrder plays in the order of names, as people number them, for ever', (t) => {
  const order = new MusicOrder({ shuffle: false, random: Math.random });
  t.strictSame(take(order, ['10.mp3', 'b.mp3', '2.mp3'], 5), ['2.mp3', '10.mp3', 'b.mp3', '2.mp3', '10.mp3']);
  t.end();
});

void t.test('MusicOrder follows a folder that changes', (t) => {
  const order = new MusicOrder({ shuffle: false, random: Math.random });
  t.equal(order.next([]), undefined);
  t.equal(order.next(['a', 'c']), 'a');
  t.equal(order.next(['a', 'b', 'c']), 'b');
  t.equal(order.next(['a', 'd']), 'd');
  t.equal(order.next(['a', 'd']), 'a');
  t.end();
});

void t.test('MusicOrder goes on after what an earlier process had played', (t) => {
  const order = new MusicOrder({ shuffle: false, random: Math.random });
  order.goOnAfter('b');
  t.equal(order.next(['a', 'b', 'c']), 'c');
  t.end();
});

void t.test('MusicOrder shuffled plays each once in a round, and never the same one twice in a row', (t) => {
  const names = ['a', 'b', 'c', 'd'];
  const firsts = new Set<string | undefined>();
  for (let seed = 0; seed < 200; seed++) {
    const order = new MusicOrder({ shuffle: true, random: seeded(seed) });
    let last: string | undefined;
    for (let round = 0; round < 5; round++) {
      const heard = take(order, names, names.length);
      if (new Set(heard).size !== names.length) t.fail(`seed ${seed}: ${heard.join('')}`);
      if (heard[0] === last) t.fail(`seed ${seed}: "${last}" twice`);
      last = heard.at(-1);
      firsts.add(heard[0]);
    }
  }
  t.equal(firsts.size, names.length);
  t.end();
});

void t.test('MusicOrder shuffled plays one file again and again when there is no other', (t) => {
  const order = new MusicOrder({ shuffle: true, random: () => 0.999_999 });
  t.strictSame(take(order, ['a'], 3), ['a', 'a', 'a']);
  t.equal(order.next([]), undefined);
  t.end();
});
