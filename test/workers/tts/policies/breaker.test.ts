import t from 'tap';
import type { Breaker, BreakerEvent } from '../../../../workers/tts/policies/breaker.ts';
import { closedBreaker, stepBreaker } from '../../../../workers/tts/policies/breaker.ts';
import { seeded } from '../../../supervisor/seeded.ts';

const rules = { failures: 3, openMs: 1_000, maxOpenMs: 8_000 };

function after(
  events: BreakerEvent[],
  { breaker = closedBreaker(rules), now = 0, random = 0 } = {},
): Breaker {
  return events.reduce((state, event) => stepBreaker(state, event, { now, random, rules }), breaker);
}

const failure: BreakerEvent = { kind: 'failure' };
const success: BreakerEvent = { kind: 'success' };
const bad: BreakerEvent = { kind: 'verdict', ok: false };
const good: BreakerEvent = { kind: 'verdict', ok: true };
const times = (count: number, event: BreakerEvent) => Array.from({ length: count }, () => event);

void t.test('stepBreaker() opens after as many failures in a row as the rules say', (t) => {
  t.equal(after(times(2, failure)).kind, 'closed');
  t.match(after(times(3, failure), { now: 50 }), { kind: 'open', until: 1_050 });
  t.equal(after([failure, failure, success, failure, failure]).kind, 'closed');
  t.end();
});

void t.test('stepBreaker() opens after two sentinels without a good sound between', (t) => {
  t.equal(after(times(2, { kind: 'sentinel' })).kind, 'open');
  t.equal(after([{ kind: 'sentinel' }, good, { kind: 'sentinel' }]).kind, 'closed');
  t.end();
});

void t.test('stepBreaker() opens when more than half of the last eight sounds were refused', (t) => {
  t.equal(after([...times(4, good), ...times(4, bad)]).kind, 'closed');
  t.equal(after([...times(4, good), ...times(5, bad)]).kind, 'open');
  t.equal(
    after([...times(4, bad), ...times(8, good), ...times(4, bad)]).kind,
    'closed',
    'what is older is forgotten',
  );
  t.end();
});

void t.test('stepBreaker() takes several that were given up without a word for a server that hangs', (t) => {
  t.equal(after(times(3, { kind: 'quiet' })).kind, 'open');
  t.equal(after([{ kind: 'quiet' }, { kind: 'quiet' }, success, { kind: 'quiet' }]).kind, 'closed');
  t.end();
});

void t.test('stepBreaker() doubles the pause with each probe that fails, up to the longest', (t) => {
  let breaker = after(times(3, failure));
  const pauses: number[] = [];
  for (let probe = 0; probe < 5; probe++) {
    if (breaker.kind === 'open') pauses.push(breaker.until);
    breaker = after([{ kind: 'probe' }, { kind: 'probe-failed' }], { breaker });
  }
  t.same(pauses, [1_000, 2_000, 4_000, 8_000, 8_000]);
  t.equal(after([{ kind: 'probe' }, { kind: 'probe-passed' }], { breaker }).kind, 'closed');
  t.end();
});

void t.test('stepBreaker() does not double the pause when a probe told nothing', (t) => {
  const open = after(times(3, failure));
  const left = after([{ kind: 'probe' }, { kind: 'probe-left' }], { breaker: open });
  t.match(left, { kind: 'open', until: 1_000, openMs: open.openMs });
  t.end();
});

void t.test(
  'stepBreaker() leaves alone for longer what passes probes and fails at work, until it does well',
  (t) => {
    const reopened = after([
      ...times(3, failure),
      { kind: 'probe' },
      { kind: 'probe-passed' },
      ...times(3, failure),
    ]);
    t.match(reopened, { kind: 'open', until: 2_000 });
    const passed = after([{ kind: 'probe' }, { kind: 'probe-passed' }], { breaker: reopened });
    t.match(after([...times(3, good), ...times(3, failure)], { breaker: passed }), { until: 1_000 });
    t.end();
  },
);

void t.test('stepBreaker() opens after a restart that failed, and closes after one that did not', (t) => {
  t.equal(after([{ kind: 'broken' }]).kind, 'open');
  t.same(after([...times(3, failure), { kind: 'renewed' }]), closedBreaker(rules));
  t.end();
});

void t.test('stepBreaker() throws at a probe that cannot be', (t) => {
  t.throws(() => after([{ kind: 'probe' }]), /A breaker that is closed got a probe/);
  t.throws(() => after([{ kind: 'probe-passed' }]), /A breaker that is closed got probe-passed/);
  t.end();
});

void t.test(
  'stepBreaker() never leaves it alone for longer than the longest, and ignores late results',
  (t) => {
    for (let seed = 1; seed <= 3_000; seed++) {
      const random = seeded(seed);
      const kinds = ['success', 'failure', 'quiet', 'sentinel', 'broken'] as const;
      let breaker = closedBreaker(rules);
      for (let now = 0; now < 60; now++) {
        const before = breaker;
        let event: BreakerEvent = { kind: kinds[Math.floor(random() * kinds.length)] ?? 'success' };
        if (random() < 0.3) event = { kind: 'verdict', ok: random() < 0.5 };
        if (breaker.kind === 'open' && random() < 0.5) event = { kind: 'probe' };
        if (breaker.kind === 'probing') event = { kind: random() < 0.5 ? 'probe-passed' : 'probe-failed' };
        breaker = stepBreaker(breaker, event, { now, random: random(), rules });
        const isLate = before.kind === 'open' && !['probe', 'broken'].includes(event.kind);
        if (isLate && breaker !== before) t.fail(`seed ${seed}: ${event.kind} changed an open breaker`);
        if (breaker.kind === 'open' && breaker.until - now > rules.maxOpenMs)
          t.fail(`seed ${seed}: ${breaker.until}`);
      }
    }
    t.end();
  },
);
