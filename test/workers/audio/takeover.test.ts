import t from 'tap';
import { findJoints, markedSound } from '../../../ops/bench/marked-sound.ts';
import { decode } from '../../../protocol/codec.ts';
import { playheadSubject } from '../../../protocol/subjects.ts';
import { segmentOf, tone } from './fixtures.ts';
import { HostedRoom, heardTones } from './hosted-room.ts';
import { readWav } from './outputs/wav.ts';

const lease = 'audio:demo';
const soon = () => Date.now() + 60_000;

/** A sentence of four seconds, and then another one. */
async function sayMarked(room: HostedRoom): Promise<void> {
  const expiresAt = soon();
  for (const index of [0, 1]) {
    const segment = segmentOf('long', index, { last: index === 1, expiresAt });
    await room.say(segment, markedSound(4_000 * index, 4_000), 48_000);
  }
}

/** The breaks in what was recorded; where the two sentences meet there is none to be heard. */
function heardJoints(room: HostedRoom) {
  const { samples } = readWav(room.file);
  return findJoints(samples).filter(
    ({ gapMs, repeatedMs, lostMs }) => gapMs > 0.1 || repeatedMs > 0.1 || lostMs > 0.1,
  );
}

const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);

void t.test('after kill -9 in the middle of a sentence the spare goes on with it', async (t) => {
  const room = await HostedRoom.open(t);
  const first = await room.spare();
  first.start({ lease, epoch: 1 });
  await first.report('started');
  const second = await room.spare();
  await sayMarked(room);
  // It began as a spare before anything was said.
  await room.playhead(({ offsetMs }) => offsetMs >= 700);
  await first.kill();
  second.start({ lease, epoch: 2 });
  const third = await room.spare();
  // And this one when much had been said already.
  await room.playhead(({ segmentIndex, offsetMs }) => segmentIndex === 1 && offsetMs >= 500);
  await second.kill();
  third.start({ lease, epoch: 3 });
  t.match(await room.outcomes(1), [{ what: 'spoken', eventId: 'long', reason: '' }]);
  third.send({ kind: 'drain', deadlineMs: 10_000, handOver: false });
  t.match(await third.ended, { code: 0 });
  const joints = heardJoints(room);
  t.comment(JSON.stringify(joints));
  t.ok(sum(joints.map(({ lostMs }) => lostMs)) < 1, 'nothing is lost');
  for (const { repeatedMs } of joints) t.ok(repeatedMs <= 200, `${repeatedMs} ms were repeated`);
  t.match(await room.kept(), { state: 'idle', partial: [], queued: [] });
});

void t.test('a handed-over sentence goes on at the very frame, and nothing is said twice', async (t) => {
  const room = await HostedRoom.open(t);
  const first = await room.spare();
  first.start({ lease, epoch: 1 });
  await first.report('started');
  await sayMarked(room);
  const second = await room.spare();
  await room.playhead(({ offsetMs }) => offsetMs >= 1_000);
  first.send({ kind: 'drain', deadlineMs: 10_000, handOver: true });
  await first.report('yielded');
  second.start({ lease, epoch: 2 });
  t.match(await first.ended, { code: 0 });
  t.match(await room.outcomes(1), [{ what: 'spoken', eventId: 'long', reason: '' }]);
  second.send({ kind: 'drain', deadlineMs: 10_000, handOver: false });
  t.match(await second.ended, { code: 0 });
  const joints = heardJoints(room);
  t.comment(JSON.stringify(joints));
  t.ok(sum(joints.map(({ lostMs, repeatedMs }) => lostMs + repeatedMs)) < 1, 'nothing is lost or repeated');
});

void t.test('a room is handed over although the bus is away', async (t) => {
  const room = await HostedRoom.open(t);
  const first = await room.spare();
  first.start({ lease, epoch: 1 });
  await first.report('started');
  await sayMarked(room);
  const second = await room.spare();
  await room.playhead(({ offsetMs }) => offsetMs >= 500);
  await room.stopBus();
  first.send({ kind: 'drain', deadlineMs: 10_000, handOver: true });
  await first.report('yielded');
  second.start({ lease, epoch: 2 });
  await second.report('started');
  await first.ended;
  // It speaks from what it has kept.
  await second.report('heartbeat', ({ counters }) => (counters['segments'] ?? 0) >= 2);
  await second.kill();
  const joints = heardJoints(room);
  t.comment(JSON.stringify(joints));
  t.ok(sum(joints.map(({ lostMs }) => lostMs)) < 1, 'nothing is lost');
  // Without the bus, what one that was late has put out in its last moment may be said once more.
  t.ok(sum(joints.map(({ repeatedMs }) => repeatedMs)) <= 21, 'no more than a frame is repeated');
});

void t.test('what was heard while the bus was away is not said again after kill -9', async (t) => {
  const room = await HostedRoom.open(t);
  const first = await room.spare();
  first.start({ lease, epoch: 1 });
  await first.report('started');
  const expiresAt = soon();
  for (const [at, name] of ['a', 'b', 'c'].entries()) {
    const lengthMs = name === 'c' ? 4_000 : 1_500;
    await room.say(segmentOf(name, 0, { last: true, expiresAt }), markedSound(1_500 * at, lengthMs), 48_000);
  }
  const second = await room.spare();
  await room.playhead(({ offsetMs }) => offsetMs >= 500);
  await room.stopBus();
  await first.report('heartbeat', ({ counters }) => (counters['segments'] ?? 0) >= 2);
  await first.kill();
  second.start({ lease, epoch: 2 });
  await second.report('heartbeat', ({ counters }) => (counters['segments'] ?? 0) >= 1);
  // Without the bus it cannot write down what has ended, but its recording is whole.
  second.send({ kind: 'drain', deadlineMs: 1_000, handOver: false });
  await second.ended;
  const joints = heardJoints(room);
  t.comment(JSON.stringify(joints));
  t.ok(sum(joints.map(({ lostMs }) => lostMs)) < 1, 'nothing is lost');
  t.ok(sum(joints.map(({ repeatedMs }) => repeatedMs)) <= 200, 'nor said again');
});

void t.test('a spare takes over from one that never spoke, and from a damaged playhead', async (t) => {
  const room = await HostedRoom.open(t);
  await (await room.bus.bucket('playhead')).put('demo', new Uint8Array([1, 2, 3]));
  const first = await room.spare();
  const second = await room.spare();
  first.start({ lease, epoch: 1 });
  await first.report('started');
  await first.kill();
  await room.say(
    segmentOf('a', 0, { last: true, expiresAt: soon() }),
    tone({ hz: 800, ms: 300, rateHz: 24_000, amplitude: 10_000 }),
  );
  second.start({ lease, epoch: 2 });
  t.match(await room.outcomes(1), [{ what: 'spoken', eventId: 'a', reason: '' }]);
  second.send({ kind: 'drain', deadlineMs: 10_000, handOver: false });
  await second.ended;
  const heard = heardTones(room.file, [800]);
  t.ok(Math.abs(sum(heard.map(({ ms }) => ms)) - 300) <= 30);
});

void t.test('a spare that is not needed ends, and has touched nothing', async (t) => {
  const room = await HostedRoom.open(t);
  const first = await room.spare();
  first.start({ lease, epoch: 1 });
  await first.report('started');
  await room.say(segmentOf('a', 0, { last: true, expiresAt: soon() }), markedSound(0, 100), 48_000);
  await room.outcomes(1);
  const writer = room.sinkPid();
  const second = await room.spare();
  second.send({ kind: 'drain', deadlineMs: 10_000, handOver: false });
  t.match(await second.ended, { code: 0 });
  t.match(await room.playhead(() => true), { output: 'file', ended: ['u:a'] });
  t.equal(room.sinkPid(), writer);
});

void t.test('one that wakes up after it was replaced puts out nothing', async (t) => {
  const room = await HostedRoom.open(t);
  const [first, second] = [await room.spare({ outputs: ['null'] }), await room.spare({ outputs: ['null'] })];
  first.start({ lease, epoch: 1 });
  await first.report('started');
  await sayMarked(room);
  await room.playhead(({ offsetMs }) => offsetMs >= 300);
  first.process.kill('SIGSTOP');
  // Longer than a heartbeat may be silent.
  const woken = new Promise((resolve) => setTimeout(resolve, 3_000));
  second.start({ lease, epoch: 2 });
  await woken;
  await room.playhead(({ offsetMs }) => offsetMs >= 600);
  const epochs: number[] = [];
  const subscription = room.bus.connection.subscribe(playheadSubject('demo'), {
    callback: (_error, { data }) => void epochs.push(decode(data).origin.epoch),
  });
  await room.bus.connection.flush();
  first.process.kill('SIGCONT');
  await first.report('doubt');
  const since = Date.now();
  await first.report('heartbeat', ({ at }) => at >= since + 500);
  await room.playhead(() => epochs.length >= 5);
  subscription.unsubscribe();
  t.strictSame([...new Set(epochs)], [2]);
});
