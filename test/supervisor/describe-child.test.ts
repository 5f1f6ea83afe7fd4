import t from 'tap';
import type { Life } from '../../supervisor/child-record.ts';
import { announcement, describeChild } from '../../supervisor/describe-child.ts';
import { alive, childOf, worker } from './some-children.ts';

const nothing = { usage: undefined, counters: undefined, startTime: '99', since: 5, spare: false };

void t.test('describeChild() shows what works, under which lease, and what it uses', (t) => {
  const child = worker('tts', { life: alive('running', 42), restarts: 3, lastReason: 'ended by SIGKILL' });
  const details = { ...nothing, usage: { rssMb: 80.5, cpuPct: 7 }, counters: { queue: 2 } };
  t.match(describeChild(child, details), {
    id: 'tts',
    service: 'tts',
    role: 'tts',
    pid: 42,
    startTime: '99',
    since: 5,
    state: 'running',
    spare: false,
    lease: 'tts',
    epoch: 1,
    generation: 1,
    edition: 1,
    restarts: 3,
    rssMb: 80.5,
    cpuPct: 7,
    lastReason: 'ended by SIGKILL',
    counters: { queue: 2 },
  });
  t.end();
});

void t.test('describeChild() shows no process, lease or figures where there are none', (t) => {
  const child = childOf('tts', { life: { name: 'backoff', until: 9 } });
  const shown = describeChild(child, { ...nothing, spare: true });
  t.match(shown, { pid: 0, startTime: '', state: 'backoff', spare: true, lease: '', epoch: 0 });
  t.match(shown, { rssMb: 0, cpuPct: 0, counters: {} });
  t.end();
});

void t.test('announcement() says what a person wants to hear, and nothing else', (t) => {
  const now = 10_000;
  const running = worker('tts');
  const failed = (life: Life) => childOf('tts', { life, restarts: 1, lastReason: 'ended with code 1' });
  const say = (life: Life) => announcement(running, failed(life), now);
  t.equal(say({ name: 'backoff', until: now }), 'tts ended with code 1, starting it again now');
  t.equal(say({ name: 'backoff', until: 11_500 }), 'tts ended with code 1, starting it again in 1.5 s');
  t.match(say({ name: 'quarantined', until: 30_000 }), /in 20\.0 s \(it keeps failing\)$/);
  t.match(say({ name: 'refused' }), /its configuration is wrong, waiting for another$/);
  t.match(say({ name: 'gave-up' }), /it says that it will never work here$/);
  t.equal(announcement(childOf('tts'), running, now), 'tts started');
  t.equal(announcement(childOf('tts'), { ...running, restarts: 2 }, now), 'tts is back (restart 2)');
  t.equal(announcement(childOf('tts'), childOf('tts', { life: alive('initialised') }), now), '');
  const process = { since: 0, pid: 1 };
  const draining = { ...process, name: 'draining', deadline: 0, handOver: true, yielded: false } as const;
  const replaced = { ...running, life: { ...draining, again: true } };
  t.equal(announcement(running, replaced, now), 'tts is being replaced: another configuration');
  t.equal(announcement(running, { ...replaced, retiring: 'its age' }, now), 'tts is being replaced: its age');
  t.equal(announcement(running, { ...running, life: { ...draining, again: false } }, now), '');
  const reason = 'no heartbeat for 2500 ms';
  const ending = { ...process, name: 'ending', stage: 'report', ranMs: 0, triedMs: 0, reason } as const;
  t.equal(
    announcement(running, { ...running, life: { ...ending, again: true } }, now),
    `tts ${reason}, ended`,
  );
  t.end();
});
