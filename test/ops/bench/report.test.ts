import t from 'tap';
import { formatReport, hasFailed, quantile } from '../../../ops/bench/report.ts';

const slow = { what: 'gap', value: 251.4, unit: 'ms', goal: 250 };
const fine = { what: 'left over', value: 0, unit: '', goal: 0 };

void t.test('formatReport() puts goal and verdict beside each figure', (t) => {
  const text = formatReport('show', {
    question: 'how good?',
    figures: [slow, fine, { what: 'growth', value: -1.234, unit: 'MB/h' }],
    notes: ['on a busy machine'],
    broken: ['two events were lost'],
  });
  t.same(text.split('\n'), [
    'show: how good?',
    '  gap            251 ms  goal ≤ 250 ms  MISSED',
    '  left over           0  goal ≤ 0       ok',
    '  growth     -1.23 MB/h',
    '  on a busy machine',
    '  BROKEN: two events were lost',
  ]);
  t.end();
});

void t.test('hasFailed() goes by goals, and only by promises where some are at stake', (t) => {
  const question = '';
  t.equal(hasFailed({ question, figures: [slow] }), true);
  t.equal(hasFailed({ question, figures: [fine] }), false);
  t.equal(hasFailed({ question, figures: [slow], broken: [] }), false);
  t.equal(hasFailed({ question, figures: [fine], broken: ['something was lost'] }), true);
  t.end();
});

void t.test('quantile() is the value below which a share lies', (t) => {
  t.equal(quantile([5, 1, 3], 0.5), 3);
  t.equal(quantile([5, 1, 3], 0.99), 5);
  t.end();
});
