import t from 'tap';
import { Rotation } from '../../../../workers/tts/cache/rotation.ts';

void t.test('Rotation plays in turn, never the same twice in a row where there are two', (t) => {
  const rotation = new Rotation({ variantAfter: 0, maxVariants: 3 });
  t.same(rotation.order, []);
  rotation.add(0);
  rotation.played(0);
  t.same(rotation.order, [0]);
  rotation.add(2, 1, 1);
  const heard: number[] = [];
  for (let play = 0; play < 7; play++) {
    const [next = -1] = rotation.order;
    rotation.played(next);
    heard.push(next);
  }
  t.same(heard, [1, 2, 0, 1, 2, 0, 1]);
  t.same(rotation.order, [2, 0, 1]);
  t.end();
});

void t.test('Rotation numbers a new one with the first number that is free', (t) => {
  const rotation = new Rotation({ variantAfter: 1, maxVariants: 3 });
  t.equal(rotation.free, 0);
  rotation.add(0, 1, 2);
  t.equal(rotation.free, 3);
  rotation.remove(1);
  t.equal(rotation.free, 1);
  t.equal(rotation.size, 2);
  t.end();
});

void t.test('Rotation has another one drawn after so many repetitions, once each, up to the most', (t) => {
  const rotation = new Rotation({ variantAfter: 3, maxVariants: 2 });
  rotation.add(0);
  const asked: boolean[] = [];
  for (let play = 0; play < 9; play++) {
    rotation.played(0);
    asked.push(rotation.takeTurnToDraw());
  }
  t.same(asked, [false, false, false, true, false, false, false, true, false]);
  rotation.add(1);
  for (let play = 0; play < 20; play++) rotation.played(0);
  t.notOk(rotation.takeTurnToDraw());
  t.end();
});

void t.test('Rotation never has one drawn when that is switched off', (t) => {
  const rotation = new Rotation({ variantAfter: 0, maxVariants: 5 });
  rotation.add(0);
  for (let play = 0; play < 100; play++) rotation.played(0);
  t.notOk(rotation.takeTurnToDraw());
  t.end();
});
