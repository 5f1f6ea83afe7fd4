import t from 'tap';
import type { Test } from 'tap';
import { playheadSubject } from '../../../protocol/subjects.ts';
import { Follower } from '../../../workers/audio/follower.ts';
import type { FollowerOptions } from '../../../workers/audio/follower.ts';
import { openLogger } from '../../../workers/logger.ts';
import { chunkOf, playheadOf, segmentOf } from './fixtures.ts';
import { HostedRoom } from './hosted-room.ts';

const log = openLogger({});
log.level = 'silent';

type Kept = FollowerOptions['checkpoint']['kept'];

/** A spare's ears, beside a room in which the test itself is the one that plays. */
async function follow(t: Test, kept?: Kept) {
  const room = await HostedRoom.open(t);
  const checkpoint = {
    kept,
    refreshed: 0,
    async refresh() {
      await Promise.resolve();
      this.refreshed += 1;
    },
  };
  const heard: number[] = [];
  const open = async (): Promise<Follower> => {
    const stop = new AbortController();
    const options = { room: 'demo', bus: room.bus, checkpoint, log, counters, signal: stop.signal };
    const follower = new Follower(options);
    follower.onPlayhead = ({ resumeSeq }) => heard.push(resumeSeq);
    t.teardown(async () => {
      stop.abort();
      await follower[Symbol.asyncDispose]();
    });
    await follower.caughtUp;
    return follower;
  };
  const counters: Record<string, number> = {};
  const say = async (name: string) => await room.publish(chunkOf(segmentOf(name, 0)));
  const tell = (given: Parameters<typeof playheadOf>[0]) =>
    room.bus.tell(playheadSubject('demo'), 'playhead', playheadOf(given));
  return { room, checkpoint, counters, heard, open, say, tell };
}

/** Looks until it is so; the test's own time limit is the deadline. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

void t.test('handOn() gives what waits and then each chunk as it comes, each once', async (t) => {
  const { counters, open, say, tell } = await follow(t);
  for (const name of ['a', 'b', 'c']) await say(name);
  const follower = await open();
  t.ok(follower.isCaughtUp);
  await until(() => counters['waitingChunks'] === 3);
  tell({ resumeSeq: 2, ended: ['u:a', 'u:b'] });
  await until(() => counters['waitingChunks'] === 2);
  const taken: string[] = [];
  follower.handOn({ resumeSeq: 2, ended: ['u:a', 'u:b'] }, ({ body, seq }) =>
    taken.push(`${seq} ${body.segment.utteranceId} ${body.pcm.byteLength}`),
  );
  t.strictSame(taken, ['2 u:b 0', '3 u:c 960']);
  await say('d');
  await until(() => taken.length === 3);
  t.equal(taken[2], '4 u:d 960');
  t.equal(counters['waitingChunks'], 0);
});

void t.test('latest() believes what it heard a moment ago, and asks the bucket otherwise', async (t) => {
  const early = { playhead: playheadOf({ at: 1, resumeSeq: 2 }), epoch: 0 };
  const { checkpoint, heard, open, tell } = await follow(t, early);
  const first = await open();
  t.equal(await first.latest(), early);
  t.equal(checkpoint.refreshed, 1);
  const second = await open();
  const told = setInterval(() => tell({ resumeSeq: 5, at: 9 }), 20);
  t.teardown(() => clearInterval(told));
  await until(() => heard.length > 0);
  t.match(await second.latest(), { playhead: { resumeSeq: 5 } });
});

void t.test('outputInUse() tells on what somebody plays, where that has to be known', async (t) => {
  const early = { playhead: playheadOf({ output: 'null' }), epoch: 0 };
  const { open, tell } = await follow(t, early);
  const follower = await open();
  t.equal(await follower.outputInUse(['file', 'speaker']), undefined, 'needs not be tried');
  t.equal(await follower.outputInUse(['speaker', 'file']), undefined, 'nobody plays');
  const told = setInterval(() => tell({ output: 'player (aplay)' }), 20);
  t.teardown(() => clearInterval(told));
  await until(() => true);
  const deadline = performance.now() + 20_000;
  let found: string | undefined;
  while (found === undefined && performance.now() < deadline)
    found = await follower.outputInUse(['speaker', 'file']);
  t.equal(found, 'player (aplay)');
});

void t.test('a follower reads again what one that has gone back needs', async (t) => {
  const { counters, open, say, tell } = await follow(t);
  for (const name of ['a', 'b', 'c']) await say(name);
  const follower = await open();
  await until(() => counters['waitingChunks'] === 3);
  tell({ resumeSeq: 3, ended: ['u:a', 'u:b'] });
  await until(() => counters['waitingChunks'] === 1);
  tell({ resumeSeq: 2, ended: ['u:a'] });
  await until(() => counters['waitingChunks'] === 2);
  const taken: number[] = [];
  follower.handOn({ resumeSeq: 2, ended: ['u:a'] }, ({ seq }) => taken.push(seq));
  t.strictSame(taken, [2, 3]);
});
