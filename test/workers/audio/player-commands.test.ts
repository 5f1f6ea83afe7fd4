import t from 'tap';
import { CommandedSound } from '../../../workers/audio/commanded-sound.ts';
import type { Player } from '../../../workers/audio/player.ts';
import type { Playlist } from '../../../workers/audio/playlist.ts';
import type { Turn } from '../../../workers/audio/turn.ts';
import type { SegmentSound } from '../../../workers/audio/voice.ts';
import { Voice, toSound } from '../../../workers/audio/voice.ts';
import { segmentOf } from './fixtures.ts';
import { openPlayer } from './open-player.ts';

function open(given: { fill?: (silentMs: number) => Turn | undefined } = {}) {
  const opened = openPlayer({ slotTimeoutMs: 10_000, ...given });
  const { player, controls, playback, outputs, frames } = opened;
  const sound = new CommandedSound({ player, controls, playback, outputs });
  const steepest = () => {
    const samples = frames.flatMap((frame) => [...frame]);
    return Math.max(...samples.map((value, n) => Math.abs(value - (samples[n - 1] ?? 0))));
  };
  return { ...opened, sound, steepest };
}

const level = 5_000;
/** A fade takes 5 ms. */
const fadeStep = level / 240 + 2;

let seq = 0;
function say(playlist: Playlist<SegmentSound>, name: string, given: object = {}, frames = 20): void {
  const segment = segmentOf(name, 0, { last: true, ...given });
  playlist.see(segment, ++seq);
  playlist.put(segment, toSound({ pcm: new Int16Array(960 * frames).fill(level), sampleRateHz: 48_000 }));
}

async function running(player: Player, work: () => Promise<void>): Promise<void> {
  const stop = new AbortController();
  const run = player.run(stop.signal);
  await work();
  stop.abort();
  await run;
}

void t.test('pause() fades within a frame, and resume() goes on with every sample', async (t) => {
  const { playlist, frames, player, sound, until, loud, steepest, playheads } = open();
  say(playlist, 'a');
  await running(player, async () => {
    await until(() => loud() === 6);
    // A player that is late writes several at once.
    const heard = loud();
    sound.pause(0);
    const before = frames.length;
    await until(() => frames.length >= before + 20);
    t.equal(loud(), heard + 1, 'one more frame, in which it fades');
    t.match(playheads.at(-1), { state: 'paused', pausedUntil: -1, offsetMs: (heard + 1) * 20 });
    t.ok(sound.resume());
    t.notOk(sound.resume(), 'once more changes nothing');
    await player.drain();
  });
  t.equal(loud(), 20);
  t.ok(steepest() <= fadeStep, `a step of ${steepest()}`);
});

void t.test('what goes down with a sink while paused is said after the pause', async (t) => {
  const { playlist, frames, outputs, player, sound, until, loud } = open();
  say(playlist, 'a');
  await running(player, async () => {
    await until(() => loud() === 6);
    const heard = loud();
    sound.pause(0);
    await until(() => {
      if (loud() <= heard) return false;
      // Three frames of speech, by the time that it is known.
      outputs.lost = 3 * 960;
      return true;
    });
    const before = frames.length;
    await until(() => frames.length >= before + 10);
    t.equal(loud(), heard + 1);
    sound.resume();
    await player.drain();
  });
  t.ok(loud() >= 20 + 1 && loud() <= 20 + 3, `${loud()} frames`);
});

void t.test('skip() ends what is said, or what a pause holds, and never what went before', async (t) => {
  const { playlist, outputs, endings, player, sound, until, loud, steepest } = open();
  for (const name of ['a', 'b', 'c']) say(playlist, name, {}, 60);
  await running(player, async () => {
    await until(() => loud() >= 6);
    t.equal(sound.skip('skipped by Ann'), 'a/0.');
    // A player that is late writes several at once.
    const heard = loud();
    await until(() => loud() >= heard + 5);
    outputs.lost = 10 * 960;
    sound.pause(0);
    t.equal(sound.skip('skipped by Ann'), 'b/0.');
    sound.resume();
    await player.drain();
  });
  t.match(endings, [
    { utteranceId: 'u:a', what: 'spoken', reason: 'skipped by Ann' },
    { utteranceId: 'u:b', what: 'spoken', reason: 'skipped by Ann' },
  ]);
  t.ok(steepest() <= fadeStep, `a step of ${steepest()}`);
});

void t.test('skip() ends a filler and leaves the playlist alone', async (t) => {
  let given = 0;
  let paused = 0;
  const fill = (silentMs: number): Turn | undefined => {
    if (silentMs < 200 || given > 0) return undefined;
    given += 1;
    const pcm = new Int16Array(960 * 500).fill(level);
    return {
      voice: new Voice({ sound: toSound({ pcm, sampleRateHz: 48_000 }), from: 0, volume: 1 }),
      airing: 'f:1',
      makesWay: () => false,
      moved: () => undefined,
      place: () => ({ utteranceId: 'f:1', nextIndex: 0, offset: 0 }),
      heard: () => undefined,
      pause: () => (paused += 1),
    };
  };
  const { playlist, endings, counters, player, sound, until, loud } = open({ fill });
  await running(player, async () => {
    await until(() => loud() === 5);
    say(playlist, 'a');
    t.equal(sound.skip('skipped by Ann'), 'a filler');
    t.equal(paused, 1);
    await until(() => endings.length > 0);
  });
  t.match(endings, [{ utteranceId: 'u:a', what: 'spoken', reason: '' }]);
  t.match(counters, { 'playback.filling': 1 });
  t.notOk(counters['playback.unexpected']);
});

void t.test('stop() keeps money, where it was, and drain() waits for nothing while paused', async (t) => {
  const { playlist, endings, player, sound, until, loud } = open();
  say(playlist, 'gift', { priority: 'urgent' });
  say(playlist, 'a');
  say(playlist, 'i', { priority: 'idle' });
  await running(player, async () => {
    await until(() => loud() === 6);
    const heard = loud();
    t.equal(sound.stop('stopped by Ann'), 2);
    t.equal(sound.stop('stopped by Ann'), 0);
    await until(() => endings.length === 2);
    t.match(playlist.view(), { queued: ['u:gift'], offsetMs: (heard + 1) * 20 });
    await player.drain();
  });
  t.match(endings, [
    { utteranceId: 'u:a', what: 'skipped', reason: 'stopped by Ann' },
    { utteranceId: 'u:i', what: 'skipped', reason: 'stopped by Ann' },
  ]);
});

void t.test('an interrupted script is told as yielding, and goes on', async (t) => {
  const { playlist, playheads, endings, player, until, loud } = open();
  for (const index of [0, 1]) {
    const segment = segmentOf('i', index, { priority: 'idle', last: index === 1 });
    playlist.see(segment, ++seq);
    playlist.put(segment, toSound({ pcm: new Int16Array(960 * 40).fill(level), sampleRateHz: 48_000 }));
  }
  await running(player, async () => {
    await until(() => loud() === 4);
    say(playlist, 'n', {}, 10);
    await until(() => endings.length === 2);
  });
  const states = playheads.map(({ state }) => state);
  t.strictSame(
    states.filter((state, n) => state !== states[n - 1]),
    ['speaking', 'yielding', 'speaking', 'idle'],
  );
  t.equal(loud(), 90);
});
