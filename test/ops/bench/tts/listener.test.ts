import t from 'tap';
import { Listener } from '../../../../ops/bench/tts/listener.ts';
import { chunkOf, segmentOf } from '../../../workers/audio/fixtures.ts';

const open = () => new Listener({ room: 'demo', slotTimeoutMs: 1_500 });
const first = segmentOf('e', 0, { expiresAt: Date.now() + 60_000 });
const second = segmentOf('e', 1, { expiresAt: Date.now() + 60_000, last: true });

void t.test('Listener hears segments in their order, each once, whatever comes when', async (t) => {
  const listener = open();
  const ended = listener.untilEnded(first.utteranceId, AbortSignal.timeout(10_000));
  listener.take(chunkOf(second), 1);
  t.same(listener.heard, [], 'the first is missing');
  listener.take(chunkOf(first, { rendition: 'r2', last: false }), 2);
  listener.take(chunkOf(first, { rendition: 'r3', index: 0 }), 3);
  await ended;
  listener.take(chunkOf(second, { rendition: 'r4' }), 4);
  t.same(
    listener.heard.map(({ index }) => index),
    [0, 1],
  );
  t.same([...listener.complete.keys()], [second.id, first.id]);
  t.match([listener.chunks.cutOff, listener.chunks.spokenAgain], [1, 1]);
  t.same(listener.refused, []);
});

void t.test('Listener tells what has no sound and what cannot be used', (t) => {
  const listener = open();
  listener.take(chunkOf(first, { rendition: 'r1', pcm: new Uint8Array(3) }), 1);
  listener.take(chunkOf(first, { rendition: 'r2', pcm: new Uint8Array(0), missingReason: 'failed' }), 2);
  listener.take(chunkOf(second), 3);
  t.equal(listener.refused.length, 1);
  t.same([...listener.missing], [[first.id, 'failed']]);
  t.same(
    listener.heard.map(({ index }) => index),
    [1],
  );
  t.match(listener.endings.get(first.utteranceId), { what: 'spoken', reason: 'failed' });
  t.end();
});

void t.test('Listener.untilEnded() waits no longer than its signal says', async (t) => {
  const stop = new AbortController();
  const waiting = open().untilEnded('nobody', stop.signal);
  stop.abort(new Error('enough'));
  await t.rejects(waiting, { message: 'enough' });
});
