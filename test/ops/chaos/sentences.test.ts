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

type Ended = Parameters<Utterances['add']>[0];

const outcome = (utteranceId: string, what: Ended['what'], more: Partial<Ended> = {}): Ended => ({
  utteranceId,
  what,
  reason: '',
  by: 'audio',
  paid: false,
  at: 0,
  room: 'room1',
  text: '',
  ...more,
});

const everything = { ids: new Set<string>(), isEverything: true };

void t.test('Utterances.choose() takes what was paid for first, then what was near a fault', (t) => {
  const utterances = new Utterances();
  for (let index = 0; index < 100; index++) utterances.add(outcome(`rest${index}`, 'aired', { at: index }));
  for (let index = 0; index < 20; index++)
    utterances.add(outcome(`near${index}`, 'aired', { at: 1_000_000 + index }));
  for (let index = 0; index < 10; index++)
    utterances.add(outcome(`paid${index}`, 'spoken', { paid: true, at: index }));
  utterances.add(outcome('late', 'expired', { paid: true, at: 5 }));
  const { ids, isEverything } = utterances.choose([1_000_500], 40);
  t.notOk(isEverything);
  const chosen = [...ids];
  t.equal(chosen.length, 40);
  t.ok(chosen.slice(0, 10).every((id) => id.startsWith('paid')));
  t.ok(chosen.slice(10, 30).every((id) => id.startsWith('near')));
  t.ok(chosen.slice(30).every((id) => id.startsWith('rest')));
  t.ok(utterances.choose([]).isEverything);
  t.end();
});

void t.test('SentenceCollector counts how often each sentence has to be heard, and may be', (t) => {
  const utterances = new Utterances();
  for (const id of ['u1', 'u2']) utterances.add(outcome(id, 'spoken'));
  utterances.add(outcome('u3', 'expired'));
  utterances.add(outcome('u4', 'spoken', { reason: 'cut short' }));
  const collector = new SentenceCollector(utterances, everything);
  collector.add(chunk('u1', 0, '你好，'));
  // Another rendition of the same segment is no other sentence.
  collector.add(chunk('u1', 0, '你好，', { rendition: 'r2', pcm: new Uint8Array(4) }));
  collector.add(chunk('u1', 1, '谢谢。'));
  collector.add(chunk('u2', 0, '你好！'));
  collector.add(chunk('u2', 1, '你好，谢谢大家'));
  collector.add(chunk('u3', 0, '谢谢。'));
  collector.add(chunk('u3', 1, '没人听。'));
  collector.add(chunk('u4', 0, '谢谢。'));
  collector.add(chunk('open', 0, '谢谢。'));
  // Another attempt, with another sound.
  collector.add(chunk('u2', 2, '谢谢。', { pcm: new Uint8Array(12) }));
  const { sentences, isEverything, fromMs } = collector.sayings(false);
  t.ok(isEverything);
  t.equal(fromMs, 0);
  t.same(
    sentences.map(({ text, required, expected }) => ({ text, required, expected })),
    [
      { text: '你好，', required: 1, expected: 3 },
      { text: '谢谢。', required: 1, expected: 5 },
      { text: '你好！', required: 1, expected: 3 },
      { text: '你好，谢谢大家', required: 1, expected: 1 },
      { text: '没人听。', required: 0, expected: 0 },
      { text: '谢谢。', required: 1, expected: 5 },
    ],
  );
  t.end();
});

void t.test('SentenceCollector leaves out what was recorded before all sounds are known', (t) => {
  const utterances = new Utterances();
  utterances.add(outcome('gone', 'aired', { at: 100_000 }));
  utterances.add(outcome('half', 'aired', { at: 200_000 }));
  utterances.add(outcome('early', 'aired', { at: 210_000 }));
  utterances.add(outcome('later', 'aired', { at: 300_000 }));
  const collector = new SentenceCollector(utterances, everything);
  const first = chunk('half', 1, '下半句。');
  collector.add({ ...first, segment: { ...first.segment, last: true } });
  for (const id of ['early', 'later']) {
    const whole = chunk(id, 0, `${id}。`);
    collector.add({ ...whole, segment: { ...whole.segment, last: true } });
  }
  const { sentences, fromMs } = collector.sayings(true);
  t.equal(fromMs, 200_000);
  t.same(
    sentences.map(({ required }) => required),
    [0, 0, 1],
  );
  t.end();
});

void t.test(
  'SentenceCollector expects what was kept as often as it was aired, and requires none of it',
  (t) => {
    const utterances = new Utterances();
    utterances.add(outcome('u1', 'aired'));
    const text = '慢慢看，慢慢挑。';
    for (const at of [1, 2])
      utterances.add(outcome(`filler:k:${at}`, 'aired', { reason: 'filler', text, at }));
    utterances.add(outcome('filler:i:3', 'aired', { reason: 'filler', text: '你好。', at: 3 }));
    t.equal(utterances.choose([]).ids.size, 1);
    const collector = new SentenceCollector(utterances, everything);
    collector.add(chunk('u1', 0, '你好。'));
    const kept = chunk('keep:k', 0, text);
    collector.add({ ...kept, segment: { ...kept.segment, keep: true }, pcm: new Uint8Array(10) });
    const { sentences } = collector.sayings(false);
    t.match(
      sentences.map(({ text: said, required, expected }) => ({ said, required, expected })),
      [
        { said: '你好。', required: 1, expected: 2 },
        { said: text, required: 0, expected: 2 },
      ],
    );
    t.end();
  },
);

void t.test('SentenceCollector takes what sounds alike for the same, however it is written', (t) => {
  const utterances = new Utterances();
  for (const id of ['u1', 'u2']) utterances.add(outcome(id, 'spoken'));
  const collector = new SentenceCollector(utterances, everything);
  collector.add(chunk('u1', 0, '今天39.9元。'));
  collector.add(chunk('u2', 0, '今天三十九块九，大家快来。', { pcm: new Uint8Array(12) }));
  const { sentences } = collector.sayings(false);
  t.same(
    sentences.map(({ expected }) => expected),
    [2, 1],
  );
  t.end();
});
