import t from 'tap';
import type { Playhead, Priority } from '../../../../protocol/speech.ts';
import { Controls, untouched } from '../../../../workers/audio/controls.ts';
import { FillerTurn } from '../../../../workers/audio/fillers/filler-turn.ts';
import { frameMs, frameSamples } from '../../../../workers/audio/format.ts';
import { Playback } from '../../../../workers/audio/playback.ts';
import type { Place } from '../../../../workers/audio/player.ts';
import { Player } from '../../../../workers/audio/player.ts';
import { Playlist } from '../../../../workers/audio/playlist.ts';
import type { SegmentSound } from '../../../../workers/audio/voice.ts';
import { toSound } from '../../../../workers/audio/voice.ts';
import { segmentOf } from '../fixtures.ts';

const afterMs = 200;
const loudness = { filler: 3_000, speech: 9_000 };

/** A player whose outputs are fake, that is filled with sounds of so many frames. */
function open({ fillerFrames }: { fillerFrames: number }) {
  const playlist = new Playlist<SegmentSound>({
    slotTimeoutMs: 100,
    maxUtterances: 9,
    maxBytes: 1e9,
    resume: { resumeSeq: 1, ended: [], partial: [] },
  });
  const levels: number[] = [];
  const playheads: Playhead[] = [];
  const aired: boolean[] = [];
  const places: Place[] = [];
  const watchers: (() => void)[] = [];
  const outputs = {
    accepting: true,
    broken: false,
    isDelivered: true,
    name: 'fake',
    failedOver: false,
    write(frame: Buffer) {
      levels.push(Math.abs(frame.readInt16LE(2 * 480)));
      for (const watch of watchers) watch();
    },
    skip: () => undefined,
    takeLost: () => 0,
  };
  const counters: Record<string, number> = {};
  const recorded = (frames: number, level: number) => ({
    pcm: new Int16Array(frameSamples * frames).fill(level),
    sampleRateHz: 48_000,
  });
  let count = 0;
  const player = new Player({
    room: 'demo',
    controls: new Controls({ configured: 1, kept: untouched }),
    playback: new Playback({ log: { info: () => undefined, warn: () => undefined }, counters }),
    playlist,
    outputs,
    counters,
    onEnding: ({ utteranceId }) => playlist.settled(utteranceId),
    onPlayhead: (playhead) => playheads.push(playhead),
    onProgress: () => undefined,
    onPlace: (place) => places.push(place),
    mayPlay: () => true,
    fill: (silentMs) =>
      silentMs < afterMs
        ? undefined
        : new FillerTurn({
            airing: `filler:k:${++count}`,
            recorded: recorded(fillerFrames, loudness.filler),
            onEnd: (heard) => aired.push(heard),
          }),
  });
  const say = (name: string, priority: Priority) => {
    const segment = segmentOf(name, 0, { last: true, priority });
    playlist.see(segment, 1);
    playlist.put(segment, toSound(recorded(10, loudness.speech)));
  };
  const until = async (holds: () => boolean) =>
    await new Promise<void>((resolve) => watchers.push(() => holds() && resolve()));
  const of = (level: number) => levels.filter((each) => each === level).length;
  return { player, playlist, outputs, levels, playheads, places, aired, say, until, of };
}

/** Lengths of runs of equal levels. */
function runsOf(levels: number[]): { level: number; frames: number }[] {
  const runs: { level: number; frames: number }[] = [];
  for (const level of levels) {
    const last = runs.at(-1);
    if (last?.level === level) last.frames += 1;
    else runs.push({ level, frames: 1 });
  }
  return runs;
}

void t.test('a player that is filled is never silent for longer, and says what is heard', async (t) => {
  const { player, levels, playheads, places, aired, until, of } = open({ fillerFrames: 8 });
  const stop = new AbortController();
  const running = player.run(stop.signal);
  await until(() => of(loudness.filler) >= 40);
  stop.abort();
  await running;
  const silences = runsOf(levels).filter(({ level }) => level === 0);
  const longest = Math.max(...silences.map(({ frames }) => frames)) * frameMs;
  // A stall is caught up with several frames at once.
  t.ok(longest <= afterMs + 300, `${longest} ms`);
  t.ok(aired.length >= 4 && aired.every(Boolean));
  t.match(
    playheads.find(({ state }) => state === 'filling'),
    { utteranceId: 'filler:k:1', ended: [], partial: [] },
  );
  t.match(places[0], { utteranceId: 'filler:k:1' }, 'also where the bus does not hear it');
});

void t.test('a filler makes way at once for what is urgent, also near its end', async (t) => {
  const { player, levels, aired, say, until, of } = open({ fillerFrames: 40 });
  const stop = new AbortController();
  const running = player.run(stop.signal);
  await until(() => of(loudness.filler) === 5 || of(loudness.filler) > 20);
  say('a', 'urgent');
  await until(() => of(loudness.speech) >= 5);
  stop.abort();
  await running;
  const filler = runsOf(levels).find(({ level }) => level === loudness.filler);
  t.ok((filler?.frames ?? 40) < 30, `${filler?.frames} of 40 frames`);
  t.strictSame(aired, [true], 'what was heard of it is written down');
});

void t.test(
  'a filler is finished before an answer that nobody paid for, when little is left of it',
  async (t) => {
    for (const { fillerFrames, isFinished } of [
      { fillerFrames: 60, isFinished: true },
      { fillerFrames: 500, isFinished: false },
    ]) {
      const { player, levels, say, until, of } = open({ fillerFrames });
      const stop = new AbortController();
      const running = player.run(stop.signal);
      await until(() => of(loudness.filler) >= 5);
      say('a', 'normal');
      await until(() => of(loudness.speech) >= 5);
      stop.abort();
      await running;
      const filler = runsOf(levels).find(({ level }) => level === loudness.filler);
      t.equal(filler?.frames === fillerFrames, isFinished, `${filler?.frames} of ${fillerFrames} frames`);
    }
  },
);

void t.test('a player that drains lets go of a filler and begins none', async (t) => {
  const { player, levels, aired, until, of } = open({ fillerFrames: 500 });
  const stop = new AbortController();
  const running = player.run(stop.signal);
  await until(() => of(loudness.filler) >= 5);
  await player.drain();
  player.cut();
  t.strictSame(aired, [true]);
  const before = levels.length;
  await until(() => levels.length >= before + (2 * afterMs) / frameMs);
  stop.abort();
  await running;
  t.ok(levels.slice(before).every((level) => level === 0));
});

void t.test(
  'a filler of which nothing was heard is not written down, and none begins for nobody',
  async (t) => {
    const ended: boolean[] = [];
    const recorded = { pcm: new Int16Array(9_600), sampleRateHz: 48_000 };
    const turn = new FillerTurn({
      airing: 'filler:k:1',
      recorded,
      onEnd: (heard) => ended.push(heard),
    });
    turn.pause();
    turn.pause();
    t.strictSame(ended, [false]);

    const { player, outputs, aired, levels, until } = open({ fillerFrames: 5 });
    outputs.accepting = false;
    const stop = new AbortController();
    const running = player.run(stop.signal);
    await until(() => levels.length >= (2 * afterMs) / frameMs);
    stop.abort();
    await running;
    t.strictSame(aired, []);
  },
);
