import t from 'tap';
import { genericPolicy, quickDelays, troubleClasses } from '../../../workers/ingest/connection-policy.ts';
import type { ConnectionPolicy, TroubleClass } from '../../../workers/ingest/connection-policy.ts';
import type { AttemptEnd } from '../../../workers/ingest/reconnect.ts';
import { classOf, nextAttempt, noTrouble, retryDelay } from '../../../workers/ingest/reconnect.ts';
import { SourceError } from '../../../workers/ingest/source.ts';

const quick: ConnectionPolicy = {
  ...genericPolicy,
  delays: { ...genericPolicy.delays, closed: quickDelays, network: quickDelays },
};

function waits(policy: ConnectionPolicy, ends: AttemptEnd[]): number[] {
  let trouble = noTrouble;
  return ends.map((end) => {
    const next = nextAttempt(trouble, end, { policy, random: 0.5 });
    trouble = next.trouble;
    return next.waitMs;
  });
}
const failed = (cause: TroubleClass = 'network'): AttemptEnd => ({
  kind: 'failed',
  class: cause,
  reason: 'x',
});
const lost = (alive: boolean, waitMs = 0, more: { renewed?: true } = {}): AttemptEnd => {
  return { kind: 'lost', class: 'closed', reason: 'x', alive, waitMs, ...more };
};
const simple = (kind: 'blocked' | 'offline' | 'ended' | 'not-found'): AttemptEnd => ({ kind, reason: 'x' });
const times = (count: number, end: AttemptEnd) => Array<AttemptEnd>(count).fill(end);

const tables: { name: string; policy?: ConnectionPolicy; ends: AttemptEnd[]; expected: number[] }[] = [
  {
    name: 'doubles up to a minute where the platform takes everybody back',
    policy: quick,
    ends: times(9, failed()),
    expected: [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000],
  },
  {
    name: 'waits 3 s more each time after a closed connection, up to 15 s',
    ends: times(6, lost(false)),
    expected: [3_000, 6_000, 9_000, 12_000, 15_000, 15_000],
  },
  {
    name: 'waits 10 s more each time without a network, up to 60 s',
    ends: times(7, failed('network')),
    expected: [10_000, 20_000, 30_000, 40_000, 50_000, 60_000, 60_000],
  },
  {
    name: 'waits 5 s more each time after anything else, up to 30 s',
    ends: times(7, failed('system')),
    expected: [5_000, 10_000, 15_000, 20_000, 25_000, 30_000, 30_000],
  },
  {
    name: 'begins anew after a feed that said something',
    policy: quick,
    ends: [failed(), failed(), failed(), lost(true), failed()],
    expected: [1_000, 2_000, 4_000, 1_000, 2_000],
  },
  { name: 'waits as long as the server asked', policy: quick, ends: [lost(true, 5_000)], expected: [5_000] },
  {
    name: 'does not wait after a connection that was given up for a new one',
    ends: [failed(), lost(true, 0, { renewed: true }), failed()],
    expected: [10_000, 0, 10_000],
  },
  {
    name: 'tries a refusal once more at once, then ever more rarely, up to a quarter of an hour',
    ends: times(8, simple('blocked')),
    expected: [0, 60_000, 120_000, 240_000, 480_000, 900_000, 900_000, 900_000],
  },
  {
    name: 'polls a room that is off the air',
    ends: times(2, simple('offline')),
    expected: [22_500, 22_500],
  },
  { name: 'waits for the next broadcast', ends: [simple('ended')], expected: [22_500] },
  { name: 'asks rarely for a room that is not there', ends: [simple('not-found')], expected: [60_000] },
];

for (const { name, policy = genericPolicy, ends, expected } of tables) {
  void t.test(`nextAttempt() ${name}`, (t) => {
    t.same(waits(policy, ends), expected);
    t.end();
  });
}

void t.test('nextAttempt() takes a longer wait that was learned, within the bound of the class', (t) => {
  const learn = (waitMs: number, mostMs: number) => Math.min(waitMs * 100, mostMs);
  const options = { policy: genericPolicy, random: 0.5, learn };
  t.equal(nextAttempt(noTrouble, lost(false), options).waitMs, 15_000);
  t.equal(nextAttempt(noTrouble, simple('blocked'), options).waitMs, 0);
  t.end();
});

void t.test('retryDelay() never shrinks and never exceeds its bound', (t) => {
  for (const policy of [genericPolicy, quick])
    for (const cause of troubleClasses) {
      let before = 0;
      for (let failures = 1; failures < 2_000; failures++) {
        const waitMs = retryDelay(policy, cause, failures);
        if (waitMs < before || waitMs > policy.delays[cause].mostMs) t.fail(`${cause}: ${waitMs} ms`);
        before = waitMs;
      }
    }
  t.end();
});

const coded = (code: string) => Object.assign(new Error(code), { code });
const errors: [string, unknown, TroubleClass][] = [
  ['a class of its own', new SourceError('business', 'x'), 'business'],
  [
    'a class of its own below',
    new Error('x', { cause: new SourceError('authentication', 'y') }),
    'authentication',
  ],
  ['a refused connection', new TypeError('fetch failed', { cause: coded('ECONNREFUSED') }), 'network'],
  ['a name that is not found', coded('ENOTFOUND'), 'network'],
  ['a timeout of the client', new Error('x', { cause: coded('UND_ERR_CONNECT_TIMEOUT') }), 'network'],
  ['a deadline', new DOMException('late', 'TimeoutError'), 'network'],
  ['a file that is not there', coded('ENOENT'), 'system'],
  ['a mistake of ours', new TypeError('x is undefined'), 'system'],
  ['what is no error', 'oops', 'system'],
];
for (const [name, error, expected] of errors) {
  void t.test(`classOf() knows ${name}`, (t) => {
    t.equal(classOf(error), expected);
    t.end();
  });
}

void t.test('nextAttempt() stays within its jitter and never gives up', (t) => {
  let trouble = noTrouble;
  for (let index = 0; index < 5_000; index++) {
    const random = (index % 100) / 100;
    const options = { policy: genericPolicy, random };
    const end = index % 3 === 0 ? simple('blocked') : failed();
    const next = nextAttempt(trouble, end, options);
    trouble = next.trouble;
    if (!(next.waitMs >= 0 && next.waitMs <= 1_125_000)) t.fail(`waits ${next.waitMs} ms`);
    const poll = nextAttempt(trouble, simple('offline'), options).waitMs;
    if (!(poll >= 15_000 && poll <= 30_000)) t.fail(`polls after ${poll} ms`);
  }
  t.end();
});

void t.test('nextAttempt() lets nothing that was learned keep a room waiting that was heard', (t) => {
  const options = { random: 0.5, learn: (_waitMs: number, mostMs: number) => mostMs };
  const after = (policy: ConnectionPolicy, failures: number, alive: boolean) =>
    nextAttempt({ failures, blocks: 0 }, lost(alive), { ...options, policy }).waitMs;
  t.equal(after(quick, 0, false), 60_000);
  t.equal(after(quick, 7, true), 5_000);
  const slow = { growth: 'linear', firstMs: 8_000, mostMs: 60_000 } as const;
  const patient = { ...genericPolicy, delays: { ...genericPolicy.delays, closed: slow, network: slow } };
  t.equal(after(patient, 7, true), 8_000, 'as its class waits anyway');
  t.end();
});
