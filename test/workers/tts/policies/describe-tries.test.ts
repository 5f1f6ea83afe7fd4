import t from 'tap';
import { describeTries } from '../../../../workers/tts/policies/describe-tries.ts';
import type { Outcome } from '../../../../workers/tts/policies/ladder.ts';

const one = (engine: string, outcome: Outcome, ...reasons: string[]) => ({
  engine,
  endpoint: `${engine} http://127.0.0.1:1`,
  rung: 'plain' as const,
  outcome,
  reasons,
});

void t.test('describeTries() names each engine once, with what it failed with', (t) => {
  const tries = [
    one('gsv', 'unreachable', 'connect ECONNREFUSED'),
    one('gsv', 'rejected', 'only silence'),
    one('gsv', 'rejected', 'only silence'),
    one('embedded', 'error', 'a thread died'),
  ];
  t.equal(
    describeTries(tries),
    'gsv: unreachable, rejected (only silence) ×2; embedded: error (a thread died)',
  );
  t.equal(describeTries([]), 'nobody was there to speak');
  t.end();
});

void t.test('describeTries() tells why an engine was not even asked', (t) => {
  const unasked = [
    { engine: 'gsv', states: ['open', 'probing', 'closed'] as const },
    { engine: 'web', states: ['cold', 'renewing'] as const },
    { engine: 'cosy', states: ['closed'] as const },
  ];
  t.equal(
    describeTries([one('piper', 'unreachable')], unasked),
    'piper: unreachable; gsv: left alone for its failures; web: not ready yet, being restarted',
  );
  t.equal(describeTries([], unasked.slice(2)), 'nobody was there to speak');
  t.end();
});

void t.test('describeTries() tells the status of a refusal, and for how long one was quiet', (t) => {
  const tries = [
    { ...one('web', 'refused', 'answered 401: bad key'), status: 401 },
    { ...one('web', 'server', 'answered 502'), status: 502 },
    { ...one('web', 'server', 'it ended with 1'), status: 0 },
    one('gsv', 'quiet', 'quiet for 600 ms'),
    one('gsv', 'slow', 'slow for 3600 ms'),
    one('gsv', 'lost'),
  ];
  t.equal(
    describeTries(tries),
    'web: refused (401), server (502), server; gsv: quiet for 600 ms, slow for 3600 ms, lost',
  );
  t.end();
});

void t.test('describeTries() fits into a line of the ledger', (t) => {
  const tries = Array.from({ length: 16 }, (_, index) => one(`engine-${index}`, 'rejected', 'x'.repeat(500)));
  t.equal(describeTries(tries).length, 300);
  t.end();
});
