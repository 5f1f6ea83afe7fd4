import t from 'tap';
import { Scratch } from '../../../../workers/tts/gate/scratch.ts';

void t.test('Scratch gives as much as was asked for, of memory that only grows', (t) => {
  const scratch = new Scratch();
  const large = scratch.take(100);
  t.equal(large.length, 100);
  const small = scratch.take(10);
  t.equal(small.length, 10);
  t.equal(small.buffer, large.buffer);
  t.equal(scratch.take(1_000).length, 1_000);
  t.equal(scratch.take(0).length, 0);
  t.end();
});
