import t from 'tap';
import { planUtterances, segmentsFor } from '../../../../ops/bench/tts/utterance-plan.ts';
import { priorities } from '../../../../protocol/speech.ts';

void t.test('planUtterances() plans so many sentences, one to four in each, of every priority', (t) => {
  const plan = planUtterances({ segments: 200, seed: 7 });
  const lengths = plan.map(({ sentences }) => sentences.length).sort((a, b) => a - b);
  t.equal(
    lengths.reduce((a, b) => a + b, 0),
    200,
  );
  t.same([...new Set(lengths)], [1, 2, 3, 4]);
  t.same(new Set(plan.map(({ priority }) => priority)), new Set(priorities));
  t.equal(new Set(plan.map(({ id }) => id)).size, plan.length);
  t.same(planUtterances({ segments: 200, seed: 7 }), plan, 'the same again from the same seed');
  t.end();
});

void t.test('segmentsFor() makes what who replies would put onto the bus', (t) => {
  const [planned] = planUtterances({ segments: 8, seed: 7 }).filter(({ sentences }) => sentences.length > 1);
  if (!planned) throw new Error('There is none of several sentences');
  const segments = segmentsFor(planned, { room: 'demo', number: 3 });
  t.same(
    segments.map(({ text }) => text),
    planned.sentences,
  );
  t.same(segments[0]?.script, planned.sentences);
  t.equal(segments.at(-1)?.last, true);
  t.ok(segments.every(({ expiresAt }) => expiresAt > Date.now() + 600_000));
  t.end();
});
