import t from 'tap';
import { toOutcomes } from '../../../workers/audio/outcomes.ts';
import { causeOf } from './fixtures.ts';

const ending = { utteranceId: 'u:e1', reason: '', text: 'hello' };

void t.test(
  'toOutcomes() writes one entry per cause, merged for those that share the utterance',
  async (t) => {
    const causes = [causeOf('e1', { paid: true, kind: 'gift' }), causeOf('e2', { merged: true })];
    const outcomes = toOutcomes({ ...ending, what: 'spoken', causes }, 'demo', 5);
    t.match(outcomes, [
      { msgId: 'o:e1', outcome: { what: 'spoken', eventId: 'e1', eventKind: 'gift', paid: true, at: 5 } },
      { msgId: 'o:e2', outcome: { what: 'merged', eventId: 'e2', utteranceId: 'u:e1', text: 'hello' } },
    ]);
  },
);

void t.test('toOutcomes() gives merged causes the same end when nothing was heard', async (t) => {
  const causes = [causeOf('e1'), causeOf('e2', { merged: true })];
  const outcomes = toOutcomes({ ...ending, what: 'failed', reason: 'engine', causes }, 'demo', 5);
  t.strictSame(
    outcomes.map(({ outcome }) => [outcome.what, outcome.reason]),
    [
      ['failed', 'engine'],
      ['failed', 'engine'],
    ],
  );
});

void t.test('toOutcomes() writes aired for an idle line that was heard', async (t) => {
  const [entry, ...others] = toOutcomes({ ...ending, what: 'spoken', causes: [] }, 'demo', 5);
  t.match(entry, { msgId: 'o:u:e1', outcome: { what: 'aired', eventId: '', eventKind: '', text: 'hello' } });
  t.equal(others.length, 0);
});
