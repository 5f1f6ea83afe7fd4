import t from 'tap';
import type { ChunkDelivery } from '../../../workers/audio/follower.ts';
import { WaitingChunks } from '../../../workers/audio/waiting-chunks.ts';
import { chunkOf, segmentOf } from './fixtures.ts';

const chunk = (name: string, seq: number): ChunkDelivery => ({
  body: chunkOf(segmentOf(name, 0), { pcm: new Uint8Array(10_000) }),
  seq,
  message: {} as ChunkDelivery['message'],
});

void t.test('prune() keeps just what a successor needs, in order', (t) => {
  const waiting = new WaitingChunks({ maxBytes: 1e6, from: 1 });
  for (const [index, name] of ['a', 'b', 'c', 'd'].entries()) waiting.add(chunk(name, index + 1));
  const before = waiting.bytes;
  t.ok(waiting.prune({ resumeSeq: 2, ended: ['u:a', 'u:c'] }));
  t.ok(waiting.bytes < before / 1.5);
  const taken = waiting.take();
  t.strictSame(
    taken.map(({ seq, body }) => `${seq} ${body.segment.utteranceId} ${body.pcm.byteLength}`),
    ['2 u:b 10000', '3 u:c 0', '4 u:d 10000'],
  );
  t.equal(waiting.bytes, 0);
  t.equal(waiting.size, 0);
  t.end();
});

void t.test('prune() says when a playhead needs what was let go', (t) => {
  const waiting = new WaitingChunks({ maxBytes: 1e6, from: 5 });
  for (const seq of [4, 5, 6, 7]) waiting.add(chunk(`n${seq}`, seq));
  t.equal(waiting.size, 3, 'what came before is not needed');
  t.ok(waiting.prune({ resumeSeq: 6, ended: ['u:n7'] }));
  t.ok(waiting.prune({ resumeSeq: 6, ended: ['u:n7'] }), 'again');
  t.notOk(waiting.prune({ resumeSeq: 5, ended: ['u:n7'] }), 'it has gone back');
  t.notOk(waiting.prune({ resumeSeq: 6, ended: [] }), 'it has not ended after all');
  waiting.restart(5);
  t.equal(waiting.bytes, 0);
  waiting.add(chunk('n5', 5));
  t.ok(waiting.prune({ resumeSeq: 5, ended: [] }));
  t.equal(waiting.take().length, 1);
  t.end();
});

void t.test('isFull tells when it has enough', (t) => {
  const waiting = new WaitingChunks({ maxBytes: 20_000, from: 1 });
  waiting.add(chunk('a', 1));
  t.notOk(waiting.isFull);
  waiting.add(chunk('b', 2));
  t.ok(waiting.isFull);
  t.ok(waiting.prune({ resumeSeq: 2, ended: [] }));
  t.notOk(waiting.isFull);
  t.end();
});
