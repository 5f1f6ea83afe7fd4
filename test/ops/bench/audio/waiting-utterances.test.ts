import t from 'tap';
import { fatesOf, mayStillWait, wasHeard } from '../../../../ops/bench/audio/waiting-utterances.ts';

const begun = ['before', 'after', 'cut', 'expired', 'open', 'script'].map((utteranceId) => ({
  utteranceId,
  text: '',
  priority: utteranceId === 'script' ? ('idle' as const) : ('normal' as const),
}));
const outcome = (
  utteranceId: string,
  at: number,
  what: 'spoken' | 'merged' | 'aired' | 'expired',
  reason = '',
) => ({
  utteranceId,
  what,
  reason,
  at,
});

void t.test('fatesOf() leaves out what had ended, and keeps the first outcome of what had not', (t) => {
  const fates = fatesOf(
    begun,
    [
      outcome('before', 99, 'spoken'),
      outcome('after', 100, 'spoken'),
      outcome('after', 101, 'merged'),
      outcome('cut', 150, 'aired', 'cut'),
      outcome('expired', 150, 'expired', 'too old'),
      outcome('stranger', 150, 'spoken'),
    ],
    100,
  );
  t.same(
    fates.map(({ utteranceId, end }) => [utteranceId, end?.what]),
    [
      ['after', 'spoken'],
      ['cut', 'aired'],
      ['expired', 'expired'],
      ['open', undefined],
      ['script', undefined],
    ],
  );
  t.same(
    fates.filter(wasHeard).map(({ utteranceId }) => utteranceId),
    ['after'],
  );
  t.same(
    fates.filter(mayStillWait).map(({ utteranceId }) => utteranceId),
    ['script'],
  );
  t.end();
});
