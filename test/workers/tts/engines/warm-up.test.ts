import t from 'tap';
import { EngineError } from '../../../../workers/tts/endpoint.ts';
import { blameConfiguration, warmUpLimits, warmUpText } from '../../../../workers/tts/engines/warm-up.ts';

const blame = (error: unknown) => blameConfiguration(error, () => 'tts.engines[2]');

void t.test(
  'blameConfiguration() takes lasting refusals for faults of the configuration, and nothing else',
  (t) => {
    const refused = new EngineError('refused', 'answered 404: no such voice', { status: 404 });
    const problems = [{ path: 'tts.engines[2]', message: refused.message }];
    t.match(blame(refused), { code: 'configuration', problems });
    for (const error of [
      new EngineError('refused', 'CUDA out of memory', { status: 400 }),
      new EngineError('refused', 'try again', { status: 408 }),
      new EngineError('server', 'answered 500', { status: 500 }),
      new EngineError('unreachable', 'no connection'),
      new Error('another'),
    ])
      t.equal(blame(error), error, error.message);
    t.end();
  },
);

void t.test('warmUpText() speaks the language of the voice', (t) => {
  const same: [string, string][] = [
    ['zh', 'all_zh'],
    ['zh', 'auto'],
    ['ja', 'all_ja'],
    ['en', 'en'],
    ['ko', 'all_ko'],
  ];
  for (const [one, other] of same) t.equal(warmUpText(one).text, warmUpText(other).text);
  t.equal(new Set(['zh', 'en', 'ja', 'ko'].map((language) => warmUpText(language).text)).size, 4);
  t.equal(warmUpText('zh').text.length, 8, 'shorter ones are swallowed');
  t.end();
});

void t.test('warmUpLimits() only ever gives more time', (t) => {
  const limits = { connectMs: 1, firstByteMs: 2, gapMs: 20_000, totalMs: 90_000, maxBytes: 5 };
  const longer = { connectMs: 1, firstByteMs: 90_000, gapMs: 20_000, totalMs: 90_000, maxBytes: 5 };
  t.same(warmUpLimits(limits), longer);
  t.match(warmUpLimits({ ...limits, totalMs: 3 }, 700), { firstByteMs: 700, totalMs: 700 });
  t.end();
});
