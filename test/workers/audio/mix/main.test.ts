import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { encodeWanted, wantedKey } from '../../../../protocol/wanted.ts';
import { gainOf } from '../../../../workers/audio/mix/decibels.ts';
import { readMusicNote } from '../../../../workers/audio/mix/music-note.ts';
import { segmentOf, strengthOf, tone } from '../fixtures.ts';
import { readWav } from '../outputs/wav.ts';
import type { Heard } from './accompanied-room.ts';
import { accompaniedRoom, heard, musicAmplitude, voiceHz, writeEarcon } from './accompanied-room.ts';

const lease = 'audio:demo';
const soon = () => Date.now() + 60_000;
const levelDb = -20;
const duckDb = -12;
const music = { levelDb, duckDb, attackMs: 100, releaseMs: 300 };
const full = musicAmplitude * 32_767 * gainOf(levelDb);
const inDb = (amplitude: number) => 20 * Math.log10(amplitude / full);
const spoken = (ms: number) => tone({ hz: voiceHz, ms, rateHz: 24_000, amplitude: 8_000 });

/** In the middle of the stretches in which `holds`, and of a second of the music: what is at a border is neither. */
function within(all: Heard[], holds: (each: Heard) => boolean): Heard[] {
  return all.filter((each, at) => {
    const near = [-4, -3, -2, -1, 0, 1, 2].map((distance) => all[at + distance] ?? dumb);
    const isSteady = near.slice(3, 6).every(({ second }) => second === each.second);
    return isSteady && near.every(holds);
  });
}
const dumb: Heard = { ms: 0, voice: -1, music: -1, second: 0 };

void t.test('music is heard, goes down under speech, comes back, and goes on after kill -9', async (t) => {
  const { room, folder } = await accompaniedRoom(t);
  const audio = { outputs: ['file'], music: { ...music, folder }, fillers: { afterMs: 60_000 } };
  const first = await room.spare(audio);
  first.start({ lease, epoch: 1 });
  await first.report('started');
  const second = await room.spare(audio);
  const say = async (name: string) =>
    await room.say(segmentOf(name, 0, { last: true, expiresAt: soon() }), spoken(1_500));
  // Written with the first frames of the music.
  await room.playhead(() => readMusicNote(join(room.home, 'run', 'demo.music'), Date.now()) !== undefined);
  const begun = Date.now();
  await room.playhead(({ at }) => at - begun >= 1_500);
  await say('a');
  t.match(await room.playhead(({ ducking }) => ducking === true), { utteranceId: 'u:a', state: 'speaking' });
  t.match(await room.outcomes(1), [{ what: 'spoken' }]);
  await room.playhead(({ ducking }) => ducking === false);
  await say('b');
  await room.playhead(({ utteranceId, offsetMs }) => utteranceId === 'u:b' && offsetMs >= 700);
  const killedAt = Date.now();
  await first.kill();
  second.start({ lease, epoch: 2 });
  t.match(await room.outcomes(2), [{ what: 'spoken' }, { what: 'spoken' }]);
  const over = Date.now();
  await room.playhead(({ at }) => at - over >= 2_500);
  second.send({ kind: 'drain', deadlineMs: 10_000, handOver: false });
  t.match(await second.ended, { code: 0 });

  const all = heard(room.file);
  const isMusic = (each: Heard) => each.music > full * gainOf(-20);
  const begins = all.findIndex(isMusic);
  t.ok(begins >= 0, `the music begins after ${all[begins]?.ms} ms`);
  const since = all.slice(begins);
  // The music of the successor comes up a moment after its speech, be there a gap before it or none.
  const without = since.filter((each) => !isMusic(each));
  const { startedAt } = JSON.parse(readFileSync(`${room.file}.json`, 'utf8')) as { startedAt: number };
  const joints = [killedAt - startedAt, ...without.map(({ ms }) => ms)];
  const speaking = within(since, ({ voice }) => voice > 6_000).filter(({ ms }) =>
    joints.every((joint) => Math.abs(joint - ms) > 500),
  );
  const silent = within(since, (each) => each.voice >= 0 && each.voice < 100 && isMusic(each));
  t.ok(speaking.length >= 6, `${speaking.length} stretches of speech`);
  for (const { ms, music: loud } of speaking)
    t.ok(Math.abs(inDb(loud) - duckDb) <= 1, `under speech at ${ms} ms: ${inDb(loud).toFixed(2)} dB`);
  const up = silent.filter(({ music: loud }) => Math.abs(inDb(loud)) <= 1);
  t.ok(up.length >= 15, `${up.length} stretches at full level`);
  t.ok(silent.every(({ music: loud }) => inDb(loud) >= duckDb - 1 && inDb(loud) <= 1));
  // The second in the music runs with the clock, also behind the kill.
  const offsets = silent.concat(speaking).map(({ ms, second: at }) => at - ms / 1_000);
  const spread = Math.max(...offsets) - Math.min(...offsets);
  t.ok(spread <= 2.1, `the place is kept within ${(spread - 1).toFixed(1)} s`);
  const gap = without.length;
  t.ok(gap <= 40, `${gap * 100} ms without music`);
  t.comment(`gap of the music: ${gap * 100} ms`);
});

void t.test('a room that is stopped has no music, and has it again when it is started', async (t) => {
  const { room, folder } = await accompaniedRoom(t);
  const audio = { outputs: ['file'], music: { ...music, folder }, fillers: { afterMs: 60_000 } };
  const child = await room.spare(audio);
  child.start({ lease, epoch: 1 });
  await child.report('started');
  await room.playhead(() => readMusicNote(join(room.home, 'run', 'demo.music'), Date.now()) !== undefined);
  const bucket = await room.bus.bucket('rooms');
  const played = async (ms: number) => {
    const from = Date.now();
    await room.playhead(({ at }) => at - from >= ms);
  };
  await played(2_000);
  await bucket.put(wantedKey('demo'), encodeWanted({ wanted: false, at: 1, by: 'test' }));
  await played(3_000);
  await bucket.put(wantedKey('demo'), encodeWanted({ wanted: true, at: 2, by: 'test' }));
  await played(2_000);
  child.send({ kind: 'drain', deadlineMs: 10_000, handOver: false });
  t.match(await child.ended, { code: 0 });
  const marks = heard(room.file)
    .map(({ music: loud }) => (loud > full * gainOf(-20) ? 'm' : '-'))
    .join('');
  t.match(marks, /m{10}-{15,}m{10}/, marks);
});

void t.test('an answer begins with its earcon, and goes on without', async (t) => {
  const { room } = await accompaniedRoom(t);
  const urgent = join(room.home, 'urgent.wav');
  writeEarcon(urgent, 7_000);
  const audio = { outputs: ['file'], earcons: { urgent, levelDb: 0 }, fillers: { afterMs: 60_000 } };
  const first = await room.spare(audio);
  const second = await room.spare(audio);
  first.start({ lease, epoch: 1 });
  await first.report('started');
  const paid = { priority: 'urgent', expiresAt: soon() } as const;
  await room.say(segmentOf('a', 0, { last: true, expiresAt: soon() }), spoken(300));
  await room.outcomes(1);
  await room.say(segmentOf('b', 0, paid), spoken(1_200));
  await room.say(segmentOf('b', 1, { ...paid, last: true }), spoken(500));
  await room.playhead(({ utteranceId, offsetMs }) => utteranceId === 'u:b' && offsetMs >= 500);
  await first.kill();
  second.start({ lease, epoch: 2 });
  await room.outcomes(2);
  second.send({ kind: 'drain', deadlineMs: 10_000, handOver: false });
  await second.ended;
  const { samples } = readWav(room.file);
  const step = 480;
  const rung: number[] = [];
  const said: number[] = [];
  for (let at = 0; at + step <= samples.length; at += step) {
    const piece = samples.subarray(at, at + step);
    if (strengthOf(7_000, piece, 48_000) > 8_000) rung.push(at / 48);
    if (strengthOf(voiceHz, piece, 48_000) > 4_000) said.push(at / 48);
  }
  t.ok(rung.length >= 8 && rung.length <= 12, `${rung.length * 10} ms of an earcon`);
  const [from = 0, to = 0] = [rung[0], rung.at(-1)];
  t.ok(to - from <= 120, 'it is heard once');
  const began = said.find((ms) => ms >= from - 20) ?? 0;
  t.ok(Math.abs(began - from) <= 20, `${began - from} ms from where the answer begins`);
  t.ok((said[0] ?? 0) < from - 250, 'the other answer had none');
});

void t.test('what cannot be used is told, and the room speaks all the same', async (t) => {
  const { room } = await accompaniedRoom(t);
  const folder = join(room.home, 'nothing');
  const audio = {
    outputs: ['file'],
    music: { folder },
    earcons: { normal: join(room.home, 'no.wav') },
    fillers: { afterMs: 60_000 },
  };
  const worker = await room.spare(audio);
  await worker.report('notice', ({ text }) => /cannot use the earcon for "normal"/.test(text));
  worker.start({ lease, epoch: 1 });
  await worker.report('notice', ({ text }) => /cannot read the music folder/.test(text));
  await room.say(segmentOf('a', 0, { last: true, expiresAt: soon() }), spoken(300));
  t.match(await room.outcomes(1), [{ what: 'spoken' }]);
  worker.send({ kind: 'drain', deadlineMs: 10_000, handOver: false });
  t.match(await worker.ended, { code: 0 });
});
