import t from 'tap';
import { toSound } from '../../../workers/audio/voice.ts';
import { segmentOf } from './fixtures.ts';
import { openPlayer } from './open-player.ts';

const sound = (frames = 10) =>
  toSound({ pcm: new Int16Array(960 * frames).fill(5_000), sampleRateHz: 48_000 });

void t.test('run() writes silence for ever, and what the playlist has', async (t) => {
  const { playlist, frames, playheads, player, until, loud } = openPlayer();
  const stop = new AbortController();
  const running = player.run(stop.signal);
  await until(() => frames.length >= 3);
  t.equal(loud(), 0);
  const segment = segmentOf('a', 0, { last: true });
  playlist.see(segment, 1);
  playlist.put(segment, sound());
  await until(() => loud() === 10 && frames.length >= 20);
  stop.abort();
  await running;
  t.equal(loud(), 10);
  t.match(
    playheads.find(({ state }) => state === 'speaking'),
    { utteranceId: 'u:a', output: 'fake' },
  );
  t.match(playheads.at(-1), { state: 'idle', ended: ['u:a'], resumeSeq: 2 });
});

void t.test('run() says nothing to nobody, and repeats what a dead sink took along', async (t) => {
  const { playlist, frames, playheads, outputs, player, until, loud } = openPlayer();
  const stop = new AbortController();
  outputs.accepting = false;
  const segment = segmentOf('a', 0, { last: true });
  playlist.see(segment, 1);
  playlist.put(segment, sound(100));
  const running = player.run(stop.signal);
  await until(() => frames.length >= 12);
  t.equal(loud(), 0);
  t.equal(playheads.at(-1)?.state, 'paused');
  outputs.accepting = true;
  await until(() => loud() >= 4);
  // Two frames went down with the sink.
  outputs.lost = 2 * 960;
  await player.drain();
  stop.abort();
  await running;
  t.equal(loud(), 102);
});

void t.test(
  'run() repeats the end of a sentence that went down with a sink after its voice ended',
  async (t) => {
    const { playlist, outputs, player, until, loud } = openPlayer();
    const stop = new AbortController();
    const segment = segmentOf('a', 0, { last: true });
    playlist.see(segment, 1);
    playlist.put(segment, sound(10));
    const running = player.run(stop.signal);
    await until(() => {
      if (loud() < 10) return false;
      outputs.lost = 3 * 960;
      return true;
    });
    t.strictSame(playlist.view().queued, [], 'for the playlist it is over');
    await player.drain();
    stop.abort();
    await running;
    t.equal(loud(), 13);
  },
);

void t.test('run() repeats an end before what the next voice has lost', async (t) => {
  const { playlist, outputs, frames, player, until, loud } = openPlayer();
  const stop = new AbortController();
  for (const [index, value] of [1_000, 9_000].entries()) {
    const segment = segmentOf('a', index, { last: index === 1 });
    playlist.see(segment, index + 1);
    const pcm = new Int16Array(9_600).fill(value);
    playlist.put(segment, toSound({ pcm, sampleRateHz: 48_000 }));
  }
  const running = player.run(stop.signal);
  let killed = false;
  await until(() => {
    if (loud() === 12 && !killed) {
      killed = true;
      outputs.lost = 4 * 960;
    }
    return killed;
  });
  await player.drain();
  stop.abort();
  await running;
  const levels = frames.map((frame) => frame[480]).filter((value) => value !== 0);
  const run = (value: number, count: number) => Array.from({ length: count }, () => value);
  const before = levels.indexOf(1_000, 10) - 10;
  t.ok(before >= 2);
  t.strictSame(levels, [...run(1_000, 10), ...run(9_000, before), ...run(1_000, 2), ...run(9_000, 10)]);
});

void t.test('run() lets a voice wait while no output works, and goes on with it when one does', async (t) => {
  const { playlist, outputs, frames, playheads, player, until, loud } = openPlayer();
  const stop = new AbortController();
  const segment = segmentOf('a', 0, { last: true });
  playlist.see(segment, 1);
  playlist.put(segment, sound(20));
  const running = player.run(stop.signal);
  await until(() => {
    if (loud() === 5) Object.assign(outputs, { accepting: false, broken: true, lost: 960 });
    return loud() === 5;
  });
  const before = frames.length;
  await until(() => frames.length >= before + 10);
  t.equal(loud(), 5);
  t.match(playheads.at(-1), { state: 'paused', queued: ['u:a'], utteranceId: 'u:a', offsetMs: 80 });
  Object.assign(outputs, { accepting: true, broken: false });
  await player.drain();
  stop.abort();
  await running;
  t.equal(loud(), 21);
});

void t.test('run() ends what nobody can hear as expired, with the reason', async (t) => {
  const { playlist, outputs, frames, endings, player, until, loud } = openPlayer();
  const stop = new AbortController();
  Object.assign(outputs, { accepting: false, broken: true });
  const segment = segmentOf('a', 0, { last: true, expiresAt: Date.now() - 1 });
  playlist.see(segment, 1);
  playlist.put(segment, sound(5));
  const running = player.run(stop.signal);
  await until(() => endings.length > 0);
  t.match(endings, [{ utteranceId: 'u:a', what: 'expired', reason: 'no output works' }]);
  stop.abort();
  await running;
  t.equal(loud(), 0);
  t.ok(frames.length > 0, 'the clock runs on');
});

void t.test('cut() fades out and ends what is being said', async (t) => {
  const { playlist, frames, player, until, loud } = openPlayer();
  const stop = new AbortController();
  const segment = segmentOf('a', 0, { last: true });
  playlist.see(segment, 1);
  playlist.put(segment, toSound({ pcm: new Int16Array(480_000).fill(5_000), sampleRateHz: 48_000 }));
  const running = player.run(stop.signal);
  await until(() => loud() >= 2);
  player.cut();
  stop.abort();
  await running;
  const last = frames.findLast((frame) => frame.some((value) => value !== 0));
  t.ok(Math.abs(last?.at(-1) ?? 0) < 50);
  t.strictSame(playlist.view().ended, ['u:a']);
});

void t.test('halt() fades out and says exactly where, for a successor', async (t) => {
  const { playlist, frames, playheads, places, endings, player, until, loud } = openPlayer();
  const stop = new AbortController();
  const segment = segmentOf('a', 0, { last: true });
  playlist.see(segment, 1);
  playlist.put(segment, sound(100));
  const running = player.run(stop.signal);
  await until(() => loud() >= 3);
  stop.abort();
  player.halt();
  await running;
  const offset = loud() * 960;
  t.ok(Math.abs(frames.at(-1)?.at(-1) ?? 0) < 50);
  t.strictSame(places.at(-1), { utteranceId: 'u:a', nextIndex: 0, offset });
  t.match(playheads.at(-1)?.partial, [{ utteranceId: 'u:a', nextIndex: 0, offsetMs: offset / 48 }]);
  t.strictSame(endings, [], 'nothing has ended');
});

void t.test('run() notes each place that has left the process, and the end of a sentence', async (t) => {
  const { playlist, places, outputs, player, until, loud } = openPlayer();
  const stop = new AbortController();
  for (const index of [0, 1]) {
    const segment = segmentOf('a', index, { last: index === 1 });
    playlist.see(segment, index + 1);
    playlist.put(segment, sound(40));
  }
  outputs.isDelivered = false;
  const running = player.run(stop.signal);
  await until(() => loud() >= 2);
  t.strictSame(places, []);
  outputs.isDelivered = true;
  await player.drain();
  stop.abort();
  await running;
  t.ok(places.length >= 2);
  t.ok(places.some(({ nextIndex }) => nextIndex >= 1));
  t.strictSame(places.at(-1), { utteranceId: 'u:a', nextIndex: 2, offset: 0 });
});

void t.test(
  'run() notes the end of an utterance although the next had begun before it had left',
  async (t) => {
    const { playlist, places, outputs, player, until, loud } = openPlayer();
    const stop = new AbortController();
    for (const name of ['a', 'b']) {
      const segment = segmentOf(name, 0, { last: true });
      playlist.see(segment, 1);
      playlist.put(segment, sound(2));
    }
    outputs.isDelivered = false;
    const running = player.run(stop.signal);
    await until(() => loud() === 3);
    outputs.isDelivered = true;
    await player.drain();
    stop.abort();
    await running;
    t.strictSame(places[0], { utteranceId: 'u:a', nextIndex: 1, offset: 0 });
    t.strictSame(places.at(-1), { utteranceId: 'u:b', nextIndex: 1, offset: 0 });
  },
);

void t.test('run() writes and tells nothing while somebody else may have the room', async (t) => {
  const { playlist, frames, playheads, duty, player, until, loud } = openPlayer();
  const stop = new AbortController();
  const segment = segmentOf('a', 0, { last: true });
  playlist.see(segment, 1);
  playlist.put(segment, sound(100));
  duty.isCertain = false;
  let asked = 0;
  const certain = Promise.withResolvers<void>();
  Object.defineProperty(duty, 'isCertain', {
    get: () => {
      asked += 1;
      if (asked >= 5) certain.resolve();
      return asked > 5;
    },
  });
  const running = player.run(stop.signal);
  await certain.promise;
  t.strictSame([frames, playheads], [[], []]);
  await until(() => loud() >= 2);
  stop.abort();
  await running;
});
