import t from 'tap';
import type { HelmCommand } from '../../../protocol/speech.ts';
import { helmActions } from '../../../protocol/speech.ts';
import type { LiveEvent } from '../../../protocol/event.ts';
import { Helm } from '../../../workers/reply/helm.ts';
import { carryOut } from '../../../workers/reply/helm-commands.ts';
import { liveEvent } from '../../support/events.ts';

const now = 1_700_000_000_000;
const options = { takeoverMs: 30_000, moderators: true };

function written(by: Partial<NonNullable<LiveEvent['viewer']>>, at = now): LiveEvent {
  const event = liveEvent({ viewerId: '5', at });
  return { ...event, viewer: event.viewer && { ...event.viewer, ...by } };
}

void t.test('Helm pauses until its end, and says who did it', (t) => {
  const helm = new Helm(options);
  t.equal(helm.pausedBy(now), undefined);
  helm.pause(1_000, { all: true, by: 'Ann' }, now);
  t.equal(helm.pausedBy(now + 999), 'Ann');
  t.ok(helm.isSilent(now + 999));
  t.equal(helm.pausedBy(now + 1_000), undefined);
  t.notOk(helm.isSilent(now + 1_000));
  helm.pause(1_000, { all: false, by: 'Ann' }, now);
  t.notOk(helm.isSilent(now));
  t.ok(helm.resume(now));
  t.notOk(helm.resume(now));
  t.end();
});

void t.test(
  'Helm gives way to the streamer and to moderators for a while, and takes it back by itself',
  (t) => {
    const helm = new Helm(options);
    t.equal(helm.hear(written({}), now), undefined);
    t.equal(helm.hear(written({ isAdmin: true }), now), 'a moderator');
    t.equal(helm.pausedBy(now + 29_999), 'a moderator');
    t.equal(helm.hear(written({ isAnchor: true }, now + 10_000), now + 10_000), 'the streamer');
    t.equal(helm.pausedBy(now + 39_999), 'the streamer');
    t.equal(helm.pausedBy(now + 40_000), undefined);
    t.equal(helm.hear(written({ isAnchor: true }), now + 60_000), 'the streamer');
    t.equal(helm.pausedBy(now + 60_000), undefined, 'what was written long ago silences nobody');
    const strict = new Helm({ takeoverMs: 0, moderators: false });
    t.equal(strict.hear(written({ isAdmin: true }), now), undefined);
    t.equal(strict.hear(written({ isAnchor: true }), now), 'the streamer');
    t.equal(strict.pausedBy(now), undefined);
    t.end();
  },
);

void t.test('Helm mutes viewers until their end, and is the same after a restart', (t) => {
  const helm = new Helm(options);
  helm.mute('5', 1_000, 'Ann', now);
  helm.mute('6', 0, 'Ann', now);
  helm.pause(5_000, { all: false, by: 'Ann' }, now);
  const successor = new Helm(options);
  successor.restore(structuredClone(helm.view(now)));
  const isMuted = (id: string, at: number) => successor.isMuted(liveEvent({ viewerId: id }), at);
  t.ok(isMuted('5', now + 999));
  t.notOk(isMuted('5', now + 1_000));
  t.ok(isMuted('6', now + 1e11));
  t.notOk(isMuted('7', now));
  t.equal(successor.pausedBy(now), 'Ann');
  t.match(successor.describe(now), /^replies paused by Ann for 5 s more; muted: 6 \(for good\)$/);
  t.ok(successor.unmute('6'));
  t.notOk(successor.unmute('6'));
  t.end();
});

void t.test('carryOut() does each command once, and says what is wrong with others', async (t) => {
  const done: unknown[] = [];
  const room = {
    pause: (...given: unknown[]) => void done.push(['pause', ...given]),
    resume: () => true,
    say: async (text: string) => await Promise.resolve(text === '坏' ? 'not this' : undefined),
    mute: (...given: unknown[]) => void done.push(['mute', ...given]),
    unmute: () => false,
    describe: () => 'well',
  };
  const order: HelmCommand = { action: 'status', forMs: 0, all: false, text: '', viewer: '', by: 'Ann' };
  const ask = async (given: object) => await carryOut({ ...order, ...given }, room, { pauseMinutes: 30 });
  t.match(await ask({ action: 'pause' }), { done: true, text: /the script goes on; for 1800 s/ });
  t.match(await ask({ action: 'pause', forMs: 5_000, all: true }), {
    done: true,
    text: /script paused; for 5 s/,
  });
  t.match(await ask({ action: 'resume' }), { done: true, text: 'resumed' });
  t.match(await ask({ action: 'say', text: '大家好\n' }), { done: true, text: 'says "大家好"' });
  t.match(await ask({ action: 'say', text: '坏' }), { done: false, text: 'not this' });
  t.match(await ask({ action: 'say', text: ' ' }), { done: false });
  t.match(await ask({ action: 'say', text: '长'.repeat(501) }), { done: false, text: /500/ });
  t.match(await ask({ action: 'mute', viewer: '7', forMs: 1_000 }), {
    done: true,
    text: '7 is muted for 1 s',
  });
  t.match(await ask({ action: 'mute' }), { done: false, text: /which viewer/ });
  t.match(await ask({ action: 'mute', viewer: '7', forMs: -1 }), { done: false });
  t.match(await ask({ action: 'pause', forMs: 1e12 }), { done: false });
  t.match(await ask({ action: 'unmute', viewer: '7' }), { done: true, text: '7 was not muted' });
  t.match(await ask({}), { done: true, text: 'well' });
  t.match(await ask({ action: 'dance' }), { done: false, text: new RegExp(helmActions.join(', ')) });
  t.same(done, [
    ['pause', 1_800_000, { all: false, by: 'Ann' }],
    ['pause', 5_000, { all: true, by: 'Ann' }],
    ['mute', '7', 1_000, 'Ann'],
  ]);
});
