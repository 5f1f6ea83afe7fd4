import t from 'tap';
import { decodeAs, encode } from '../../../protocol/codec.ts';
import type { AudioAnswer, AudioCommand } from '../../../protocol/speech.ts';
import { audioCommandSubject } from '../../../protocol/subjects.ts';
import type { HostedChild } from '../../support/child-host.ts';
import { readWav } from './outputs/wav.ts';
import { causeOf, segmentOf, tone } from './fixtures.ts';
import { HostedRoom, heardTones } from './hosted-room.ts';

const soon = () => Date.now() + 60_000;
const beep = (hz: number, ms: number) => tone({ hz, ms, rateHz: 24_000, amplitude: 10_000 });
/** Of a tone of 800 Hz and 10,000 high; a join that is not faded steps by up to 10,000. */
const steepest = 10_000 * ((2 * Math.PI * 800) / 48_000) * 1.2;

async function ask(room: HostedRoom, command: Partial<AudioCommand>): Promise<AudioAnswer> {
  const bytes = encode('command', { action: 'status', forMs: 0, volume: 0, by: 'Ann', ...command });
  return await askWith(room, bytes);
}

async function askWith(room: HostedRoom, bytes: Uint8Array, timeout = 30_000): Promise<AudioAnswer> {
  const { data } = await room.bus.connection.request(audioCommandSubject('demo'), bytes, { timeout });
  return decodeAs('answer', data);
}

/** What the bus passes on to one of which it does not know yet that it has died, nobody ever answers. */
async function askNobody(room: HostedRoom): Promise<AudioAnswer> {
  const bytes = encode('command', { action: 'status', forMs: 0, volume: 0, by: 'Ann' });
  for (;;) {
    try {
      return await askWith(room, bytes, 2_000);
    } catch (error) {
      if (!/timeout/i.test(String(error))) throw error;
    }
  }
}

/** What it says went out after it began to listen. */
async function started(room: HostedRoom): Promise<HostedChild> {
  const child = await room.start();
  await room.playhead(() => true);
  return child;
}

function steepestStep(file: string): number {
  const { samples } = readWav(file);
  let most = 0;
  for (let n = 1; n < samples.length; n++)
    most = Math.max(most, Math.abs((samples[n] ?? 0) - (samples[n - 1] ?? 0)));
  return most;
}

const heardMs = (file: string, hz: number): number =>
  heardTones(file, [hz]).reduce((sum, run) => sum + run.ms, 0);

void t.test(
  'a pause silences at once, keeps the place, and ends by itself or when it is resumed',
  async (t) => {
    const room = await HostedRoom.open(t);
    const child = await started(room);
    await room.say(segmentOf('a', 0, { last: true, expiresAt: soon() }), beep(800, 3_000));
    await room.playhead(({ offsetMs }) => offsetMs >= 500);
    t.match(await ask(room, { action: 'pause' }), { done: true, text: 'paused until it is resumed' });
    const paused = await room.playhead(({ state }) => state === 'paused');
    t.match(paused, { pausedUntil: -1, queued: ['u:a'] });
    // Money waits as well; what is too old goes.
    const causes = [causeOf('gift', { paid: true })];
    await room.say(
      segmentOf('gift', 0, { priority: 'urgent', causes, last: true, expiresAt: soon() }),
      beep(1_600, 300),
    );
    await room.say(segmentOf('old', 0, { last: true, expiresAt: Date.now() + 200 }), beep(1_200, 300));
    t.match(await room.outcomes(1), [{ what: 'expired', eventId: 'old', reason: 'expired while paused' }]);
    const still = await room.playhead(({ queued }) => queued.length === 2);
    t.equal(still.offsetMs, paused.offsetMs, 'nothing has moved');
    t.match(await ask(room, {}), { text: 'paused until it is resumed, on file, volume 1' });
    t.match(await ask(room, { action: 'resume' }), { done: true, text: 'resumed' });
    await room.playhead(({ state, offsetMs }) => state === 'speaking' && offsetMs > paused.offsetMs);
    t.match(await ask(room, { action: 'pause', forMs: 300 }), { text: 'paused for 0.3 s' });
    t.match(await room.outcomes(3), [
      {},
      { what: 'spoken', eventId: 'a' },
      { what: 'spoken', eventId: 'gift' },
    ]);
    t.match(await child.drain(), { code: 0 });
    t.ok(Math.abs(heardMs(room.file, 800) - 3_000) <= 60, `${heardMs(room.file, 800)} of 3000 ms`);
    t.ok(
      steepestStep(room.file) <= 10_000 * ((2 * Math.PI * 1_600) / 48_000) * 1.2,
      `a step of ${steepestStep(room.file)}`,
    );
  },
);

void t.test('pause and volume outlive kill -9, a hand-over and a restart', async (t) => {
  const room = await HostedRoom.open(t);
  const first = await room.spare();
  first.start({ lease: 'audio:demo', epoch: 1 });
  await first.report('started');
  const second = await room.spare();
  await room.say(segmentOf('a', 0, { last: true, expiresAt: soon() }), beep(800, 2_000));
  await room.playhead(({ offsetMs }) => offsetMs >= 300);
  await ask(room, { action: 'volume', volume: 0.5 });
  await ask(room, { action: 'pause' });
  await room.playhead(({ state, volume }) => state === 'paused' && volume === 0.5);
  await first.kill();
  await t.rejects(askNobody(room), /no responders/i, 'a spare answers nothing');
  second.start({ lease: 'audio:demo', epoch: 2 });
  await second.report('started');
  t.match(await room.playhead(({ state }) => state === 'paused'), {
    pausedUntil: -1,
    volume: 0.5,
    muted: false,
  });
  second.send({ kind: 'drain', deadlineMs: 10_000, handOver: true });
  await second.ended;
  const third = await room.spare();
  third.start({ lease: 'audio:demo', epoch: 3 });
  await room.playhead(() => true);
  t.match(await ask(room, {}), { text: 'paused until it is resumed, on file, volume 0.5' });
  await ask(room, { action: 'resume' });
  t.match(await room.outcomes(1), [{ what: 'spoken', eventId: 'a' }]);
  await ask(room, { action: 'volume', volume: 0 });
  t.match(await room.playhead(({ muted }) => muted === true), { volume: 0 });
  third.send({ kind: 'drain', deadlineMs: 10_000, handOver: false });
  t.match(await third.ended, { code: 0 });
  t.match(await room.kept(), { muted: true, pausedUntil: 0 });
});

void t.test('skip ends what is being said, and stop all but what answers money', async (t) => {
  const room = await HostedRoom.open(t);
  const child = await started(room);
  t.match(await ask(room, { action: 'skip' }), { done: true, text: 'nothing is being said' });
  const expiresAt = soon();
  await room.say(segmentOf('a', 0, { last: true, expiresAt }), beep(800, 20_000));
  await room.say(segmentOf('b', 0, { last: true, expiresAt }), beep(800, 20_000));
  await room.playhead(({ utteranceId, offsetMs }) => utteranceId === 'u:a' && offsetMs >= 200);
  t.match(await ask(room, { action: 'skip' }), { text: 'skipped "a/0."' });
  await room.playhead(({ utteranceId, offsetMs }) => utteranceId === 'u:b' && offsetMs >= 200);
  await room.say(segmentOf('c', 0, { last: true, expiresAt }), beep(800, 300));
  const urgent = { priority: 'urgent', last: true, expiresAt } as const;
  await room.say(segmentOf('gift', 0, urgent), beep(800, 300));
  await room.playhead(({ queued }) => queued.length === 3);
  t.match(await ask(room, { action: 'stop' }), { done: true, text: /^stopped, 2 utterances ended/ });
  t.match(
    (await room.outcomes(3)).map(({ what, eventId, reason }) => `${what} ${eventId} ${reason}`),
    ['spoken a skipped by Ann', 'spoken b stopped by Ann', 'skipped c stopped by Ann'],
  );
  t.match(await room.playhead(({ state }) => state === 'paused'), { queued: ['u:gift'], pausedUntil: -1 });
  t.match(
    await ask(room, { action: 'stop' }),
    { text: /^stopped, 0 utterances ended/ },
    'once more changes nothing',
  );
  await ask(room, { action: 'resume' });
  t.match((await room.outcomes(4)).at(-1), { what: 'spoken', eventId: 'gift' });
  t.match(await child.drain(), { code: 0 });
  t.ok(steepestStep(room.file) <= steepest, `a step of ${steepestStep(room.file)}`);
});

void t.test('a changed volume is heard without a click, and nothing at all when muted', async (t) => {
  const room = await HostedRoom.open(t);
  const child = await started(room);
  await room.say(segmentOf('a', 0, { last: true, expiresAt: soon() }), beep(800, 3_000));
  for (const [at, volume] of [
    [300, 0.1],
    [600, 1],
    [900, 0],
    [1_600, 1],
  ] as const) {
    await room.playhead(({ offsetMs }) => offsetMs >= at);
    t.match(await ask(room, { action: 'volume', volume }), { done: true });
  }
  await room.outcomes(1);
  await child.drain();
  t.ok(steepestStep(room.file) <= steepest, `a step of ${steepestStep(room.file)}`);
  const { samples } = readWav(room.file);
  const began = samples.findIndex((value) => value !== 0);
  let silent = 0;
  let longest = 0;
  for (const value of samples.subarray(began)) {
    silent = value === 0 ? silent + 1 : 0;
    longest = Math.max(longest, silent);
  }
  t.ok(longest / 48 >= 300, `${longest / 48} ms of silence`);
});

void t.test('nonsense is answered and counted, and harms nothing', async (t) => {
  const room = await HostedRoom.open(t);
  const child = await started(room);
  t.match(await ask(room, { action: 'volume', volume: 7 }), { done: false, text: /between 0 and 2, not 7/ });
  t.match(await ask(room, { action: 'dance' as 'status' }), { done: false, text: /no command "dance"/ });
  for (const bytes of [new Uint8Array(), Buffer.from('garbage'), encode('answer', { done: true, text: '' })])
    t.match(await askWith(room, bytes), { done: false });
  // Nobody to answer to.
  room.bus.connection.publish(audioCommandSubject('demo'), Buffer.from('garbage'));
  await child.waitForCounters((counters) => counters['commands.refused'] === 4);
  t.match(child.counters, { 'commands.unknown': 1, 'commands.volume': 1 });
  await room.say(segmentOf('a', 0, { last: true, expiresAt: soon() }), beep(800, 300));
  t.match(await room.outcomes(1), [{ what: 'spoken', eventId: 'a' }]);
});
