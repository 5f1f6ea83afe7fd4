import t from 'tap';
import { SentenceCollector, Utterances } from '../../../ops/chaos/sentences.ts';
import type { AudioChunk } from '../../../protocol/speech.ts';

function chunk(utteranceId: string, index: number, text: string, more: Partial<AudioChunk> = {}): AudioChunk {
  return {
    id: `${utteranceId}:${index}`,
    segment: { id: `${utteranceId}-${index}`, room: 'room1', utteranceId, index, text },
    rendition: 'r1',
    index: 0,
    last: true,
    sampleRateHz: 22_050,
    pcm: new Uint8Array(8),
    missingReason: '',
    engine: 'espeak',
    ...more,
  } as AudioChunk;
}

const outcome = (utteranceId: string, what: 'spoken' | 'aired' | 'expired', paid = false, at = 0) => ({
  utteranceId,
  what,
  paid,
  at,
});

void t.test('Utterances.choose() takes what was paid for first, then what was near a fault', (t) => {
  const utterances = new Utterances();
  for (let index = 0; index < 100; index++) utterances.add(outcome(`rest${index}`, 'aired', false, index));
  for (let index = 0; index < 20; index++)
    utterances.add(outcome(`near${index}`, 'aired', false, 1_000_000 + index));
  for (let index = 0; index < 10; index++) utterances.add(outcome(`paid${index}`, 'spoken', true, index));
  utterances.add(outcome('late', 'expired', true, 5));
  const chosen = [...utterances.choose([1_000_500])];
  t.equal(chosen.length, 40);
  t.ok(chosen.slice(0, 10).every((id) => id.startsWith('paid')));
  t.ok(chosen.slice(10, 30).every((id) => id.startsWith('near')));
  t.ok(chosen.slice(30).every((id) => id.startsWith('rest')));
  t.end();
});

void t.test('SentenceCollector counts how often each sentence may be heard', (t) => {
  const utterances = new Utterances();
  for (const id of ['u1', 'u2']) utterances.add(outcome(id, 'spoken'));
  utterances.add(outcome('u3', 'expired'));
  const collector = new SentenceCollector(utterances, new Set(['u1']));
  collector.add(chunk('u1', 0, '你好，'));
  // Another rendition of the same segment is no other sentence.
  collector.add(chunk('u1', 0, '你好，', { rendition: 'r2' }));
  collector.add(chunk('u1', 1, '谢谢。'));
  collector.add(chunk('u2', 0, '你好！'));
  collector.add(chunk('u2', 1, '你好，谢谢大家'));
  collector.add(chunk('u3', 0, '谢谢。'));
  collector.add(chunk('open', 0, '谢谢。'));
  const found = collector.sentences().map(({ text, expected }) => ({ text, expected }));
  t.same(found, [
    { text: '你好，', expected: 3 },
    { text: '谢谢。', expected: 3 },
  ]);
  t.end();
});
