import t from 'tap';
import { SegmentQueue } from '../../../workers/tts/segment-queue.ts';

void t.test('SegmentQueue gives urgent before normal before idle, and the first of each first', async (t) => {
  const queue = new SegmentQueue<string>(10);
  queue.push('idle', 'i1');
  queue.push('normal', 'n1');
  queue.push('urgent', 'u1');
  queue.push('normal', 'n2');
  queue.push('urgent', 'u2');
  t.equal(queue.size, 5);
  t.same(
    Array.from({ length: 6 }, () => queue.take()),
    ['u1', 'u2', 'n1', 'n2', 'i1', undefined],
  );
  t.equal(queue.size, 0);
});

void t.test('SegmentQueue.room() counts each priority by itself', async (t) => {
  const queue = new SegmentQueue<number>(2);
  queue.push('idle', 1);
  queue.push('idle', 2);
  t.equal(queue.room('idle'), 0);
  t.equal(queue.room('urgent'), 2);
  queue.push('idle', 3);
  t.equal(queue.room('idle'), 0, 'more than the room is kept, not refused');
  t.equal(queue.take(), 1);
  t.equal(queue.room('idle'), 0);
});
