import t from 'tap';
import { noOrigin } from '../../protocol/codec.ts';
import { Fence } from '../../workers/fence.ts';

void t.test('Fence admits epochs of a lease that grow, and none that is over', (t) => {
  const fence = new Fence();
  const seen = [1, 1, 3, 2, 3, 1, 4].map((epoch) => fence.admits({ lease: 'audio:demo', epoch }));
  t.same(seen, [true, true, true, false, true, false, true]);
  t.ok(fence.admits({ lease: 'tts/1', epoch: 1 }), 'each lease has its own');
  t.ok(fence.admits(noOrigin), 'who has no lease cannot have lost it');
  t.end();
});

void t.test('Fence forgets the leases that were not heard of for the longest time', (t) => {
  const fence = new Fence();
  fence.admits({ lease: 'old', epoch: 9 });
  for (let count = 0; count < 1_000; count++) {
    fence.admits({ lease: `tts/${count}`, epoch: 1 });
    if (count === 500) fence.admits({ lease: 'kept', epoch: 7 });
  }
  t.ok(fence.admits({ lease: 'old', epoch: 1 }));
  t.notOk(fence.admits({ lease: 'kept', epoch: 6 }));
  t.end();
});
