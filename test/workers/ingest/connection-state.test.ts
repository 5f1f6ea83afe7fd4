import t from 'tap';
import type { ConnectionEvent, ConnectionState } from '../../../workers/ingest/connection-state.ts';
import {
  failedAfter,
  initialConnection,
  levelOf,
  step,
  transitionOf,
} from '../../../workers/ingest/connection-state.ts';
import { genericPolicy, quickDelays, troubleClasses } from '../../../workers/ingest/connection-policy.ts';
import { learnedWait, noHistory, remembered } from '../../../workers/ingest/connection-history.ts';
import type { AttemptEnd } from '../../../workers/ingest/reconnect.ts';
import { nextAttempt, noTrouble } from '../../../workers/ingest/reconnect.ts';
import { seeded } from '../../supervisor/seeded.ts';

const floorMs = 1_000;
const trouble = (more: Partial<Extract<ConnectionEvent, { kind: 'trouble' }>> = {}): ConnectionEvent => ({
  kind: 'trouble',
  class: 'network',
  reason: 'no network',
  waitMs: 0,
  severe: false,
  ...more,
});

function run(events: [at: number, event: ConnectionEvent][]): ConnectionState {
  return events.reduce((state, [at, event]) => step(state, event, at), initialConnection(0, floorMs));
}

void t.test('step() goes from disconnected over connecting to connected, and says why', (t) => {
  const connected = run([
    [5, { kind: 'try' }],
    [9, { kind: 'opened', reason: 'connected to “x”' }],
  ]);
  t.match(connected, { name: 'connected', activity: 'open', since: 9, reason: 'connected to “x”' });
  t.match(step(connected, trouble({ waitMs: 3_000 }), 50_000), {
    name: 'reconnecting',
    activity: 'waiting',
    since: 50_000,
    dueAt: 53_000,
    failures: 1,
  });
  t.match(step(connected, { kind: 'absent', reason: 'over', waitMs: 10 }, 50_000), {
    name: 'disconnected',
    failures: 0,
  });
  t.end();
});

void t.test('step() calls a room failed after a while, and tries it all the same', (t) => {
  let state = initialConnection(0, floorMs);
  let now = 0;
  const names: string[] = [];
  for (let count = 0; count < failedAfter + 2; count++) {
    now = state.dueAt;
    state = step(state, { kind: 'try' }, now);
    state = step(state, trouble(), now + 10);
    names.push(state.name);
  }
  t.same(names, [...Array<string>(failedAfter - 1).fill('reconnecting'), 'failed', 'failed', 'failed']);
  t.ok(state.since < now, 'it is failed since the first time');
  state = step(step(state, { kind: 'try' }, now + 5_000), { kind: 'opened', reason: '' }, now + 5_001);
  t.match(state, { name: 'connected', failures: failedAfter + 2 });
  t.match(step(state, { kind: 'proved' }, now + 5_002), { failures: 0 });
  t.match(
    run([
      [0, { kind: 'try' }],
      [1, trouble({ severe: true })],
    ]),
    { name: 'failed', failures: 1 },
  );
  t.end();
});

void t.test('step() lets nothing begin before the floor, not even when it is told to hurry', (t) => {
  const waiting = run([
    [0, { kind: 'try' }],
    [10, trouble({ waitMs: 60_000 })],
  ]);
  t.equal(waiting.dueAt, 60_010);
  t.equal(step(waiting, { kind: 'hurry', reason: 'new cookie' }, 20).dueAt, floorMs);
  t.equal(step(waiting, { kind: 'hurry', reason: 'new cookie' }, 30_000).dueAt, 30_000);
  t.equal(
    run([
      [0, { kind: 'try' }],
      [10, trouble()],
    ]).dueAt,
    floorMs,
  );
  t.end();
});

const connecting: [number, ConnectionEvent][] = [[0, { kind: 'try' }]];
const open: [number, ConnectionEvent][] = [...connecting, [1, { kind: 'opened', reason: '' }]];
const closed: [number, ConnectionEvent][] = [[0, { kind: 'close', reason: 'not wanted' }]];
const impossible: [string, [number, ConnectionEvent][], ConnectionEvent][] = [
  ['a second attempt while one is under way', connecting, { kind: 'try' }],
  ['an attempt while a connection is open', open, { kind: 'try' }],
  ['an attempt before it is due', [...connecting, [1, trouble({ waitMs: 5_000 })]], { kind: 'try' }],
  ['an open connection that nobody tried', [], { kind: 'opened', reason: '' }],
  ['a second open connection', open, { kind: 'opened', reason: '' }],
  ['trouble with nothing', [], trouble()],
  ['a frame without a connection', connecting, { kind: 'proved' }],
  ['an attempt at what is not wanted', closed, { kind: 'try' }],
  ['a connection to what is not wanted', closed, { kind: 'opened', reason: '' }],
];
for (const [name, before, event] of impossible) {
  void t.test(`step() does not take ${name}`, (t) => {
    t.throws(() => step(run(before), event, 2), { code: 'transition', message: /cannot happen while/ });
    t.end();
  });
}

void t.test('levelOf() is louder the worse it gets', (t) => {
  const change = (from: ConnectionState['name'], to: ConnectionState['name']) =>
    levelOf({ at: 0, from, to, reason: '', class: '', attempt: 0 });
  t.equal(change('connecting', 'connected'), 'info');
  t.equal(change('connected', 'reconnecting'), 'warn');
  t.equal(change('reconnecting', 'failed'), 'error');
  t.equal(change('failed', 'connected'), 'info');
  t.end();
});

/** A world that refuses, cuts, ignores and forgets, as its seed says. */
function randomEnd(random: () => number): AttemptEnd {
  const cause = troubleClasses[Math.floor(random() * troubleClasses.length)] ?? 'system';
  const drawn = random();
  if (drawn < 0.35)
    return { kind: 'lost', class: cause, reason: 'r', alive: random() < 0.5, waitMs: random() * 5_000 };
  if (drawn < 0.7) return { kind: 'failed', class: cause, reason: 'r' };
  if (drawn < 0.85) return { kind: 'blocked', reason: 'r' };
  if (drawn < 0.9) return { kind: 'not-found', reason: 'r' };
  return { kind: drawn < 0.95 ? 'offline' : 'ended', reason: 'r' };
}

void t.test(
  'a room has one socket at most, never tries in a hot loop, and is never stuck, whatever happens',
  (t) => {
    const longestMs = 1_125_000;
    for (let seed = 1; seed <= 300; seed++) {
      const random = seeded(seed);
      const policy = {
        ...genericPolicy,
        ...(seed % 2 === 0
          ? { delays: { ...genericPolicy.delays, closed: quickDelays, network: quickDelays } }
          : {}),
      };
      let now = random() * 1e6;
      let state = initialConnection(now, policy.floorMs);
      let history = noHistory(now);
      let before = noTrouble;
      let lastTry = -Infinity;
      let sockets = 0;
      for (let count = 0; count < 200; count++) {
        if (random() < 0.1) state = step(state, { kind: 'hurry', reason: 'h' }, now);
        if (state.dueAt - now > longestMs) t.fail(`seed ${seed}: waits ${state.dueAt - now} ms`);
        now = Math.max(now, state.dueAt) + random() * 20;
        state = step(state, { kind: 'try' }, now);
        if (now - lastTry < policy.floorMs) t.fail(`seed ${seed}: tried after ${now - lastTry} ms`);
        lastTry = now;
        sockets += 1;
        if (sockets !== 1) t.fail(`seed ${seed}: ${sockets} sockets`);
        now += random() * 500;
        const end = randomEnd(random);
        const opens = end.kind === 'lost' || end.kind === 'ended';
        if (opens) {
          state = step(state, { kind: 'opened', reason: '' }, now);
          if (end.kind === 'ended' || end.alive) state = step(state, { kind: 'proved' }, now);
          now += random() * 30_000;
        }
        history = remembered(history, { kind: 'tried', waitMs: 1_000 * random(), held: opens }, now);
        const learn = (waitMs: number, mostMs: number) => learnedWait(history, waitMs, mostMs);
        const next = nextAttempt(before, end, { policy, random: random(), learn });
        before = next.trouble;
        const { waitMs } = next;
        const previous = state;
        const event: ConnectionEvent =
          end.kind === 'lost' || end.kind === 'failed'
            ? { kind: 'trouble', class: end.class, reason: end.reason, waitMs, severe: false }
            : end.kind === 'blocked'
              ? { kind: 'trouble', class: 'refused', reason: end.reason, waitMs, severe: before.blocks > 1 }
              : { kind: 'absent', reason: end.reason, waitMs };
        state = step(state, event, now);
        sockets -= 1;
        const change = transitionOf(previous, state, event);
        if (change && (change.from === change.to || change.reason === ''))
          t.fail(`seed ${seed}: an empty change`);
        if (state.activity !== 'waiting') t.fail(`seed ${seed}: stuck in ${state.name}`);
      }
      t.equal(step(state, { kind: 'close', reason: 'done' }, now).name, 'closed');
    }
    t.end();
  },
);
