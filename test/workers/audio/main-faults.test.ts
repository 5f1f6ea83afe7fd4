import { existsSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { Test } from 'tap';
import { causeOf, segmentOf, tone } from './fixtures.ts';
import { HostedRoom, heardTones } from './hosted-room.ts';

/** A sentence in which every 200 ms sound different, so that the ear knows the place. */
const steps = Array.from({ length: 15 }, (_, index) => 500 + 300 * index);
const stepMs = 200;

function staircase(): Int16Array {
  const pieces = steps.map((hz) => [...tone({ hz, ms: stepMs, rateHz: 24_000, amplitude: 10_000 })]);
  return Int16Array.from(pieces.flat());
}

const segment = () => segmentOf('long', 0, { last: true, expiresAt: Date.now() + 60_000 });

/** How long each step was heard. */
function heardSteps(room: HostedRoom): { order: number[]; ms: number[] } {
  const order: number[] = [];
  const ms = steps.map(() => 0);
  for (const run of heardTones(room.file, steps)) {
    const step = steps.indexOf(run.hz);
    if (order.at(-1) !== step) order.push(step);
    ms[step] = (ms[step] ?? 0) + run.ms;
  }
  return { order, ms };
}

const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);

void t.test('after kill -9 in the middle of a sentence the successor goes on with it', async (t) => {
  const room = await HostedRoom.open(t);
  const first = await room.start();
  await room.say(segment(), staircase());
  await room.playhead(({ offsetMs }) => offsetMs >= 1_000);
  await first.kill();
  const { partial } = await room.kept();
  t.match(partial, [{ utteranceId: 'u:long', nextIndex: 0 }]);
  const second = await room.start();
  t.match(await room.outcomes(1), [{ what: 'spoken', eventId: 'long', reason: '' }]);
  await second.drain();
  const { ms } = heardSteps(room);
  for (const [step, heard] of ms.entries()) t.ok(heard >= stepMs - 30, `step ${step}: ${heard} ms`);
  const repeated = sum(ms) - steps.length * stepMs;
  t.comment(`${repeated} ms were repeated`);
  t.ok(repeated <= 300, `${repeated} ms were repeated`);
});

void t.test('after kill -9 of the sink in the middle of a sentence the rest is heard', async (t) => {
  const room = await HostedRoom.open(t);
  const child = await room.start();
  await room.say(segment(), staircase());
  await room.playhead(({ offsetMs }) => offsetMs >= 1_000);
  process.kill(room.sinkPid(), 'SIGKILL');
  await child.waitFor(
    (report) => report.kind === 'notice' && /"file" ended \(ended by SIGKILL\)/.test(report.text),
  );
  t.match(await room.outcomes(1), [{ what: 'spoken', eventId: 'long', reason: '' }]);
  await child.drain();
  const { ms } = heardSteps(room);
  for (const [step, heard] of ms.entries()) t.ok(heard >= stepMs - 60, `step ${step}: ${heard} ms`);
});

void t.test('after kill -9 of three sinks in one sentence all of it is heard', async (t) => {
  const room = await HostedRoom.open(t);
  const child = await room.start();
  await room.say(segment(), staircase());
  let writer = 0;
  for (let kills = 0; kills < 3; kills++) {
    const before = writer;
    // Never far: a sink that does not read yet is a second ahead of at most.
    await room.playhead(({ offsetMs }) => {
      if (offsetMs < 700 || !existsSync(`${room.file}.json`)) return false;
      writer = room.sinkPid();
      return writer !== before;
    });
    process.kill(writer, 'SIGKILL');
  }
  t.match(await room.outcomes(1), [{ what: 'spoken', eventId: 'long', reason: '' }]);
  await child.drain();
  const { ms } = heardSteps(room);
  for (const [step, heard] of ms.entries()) t.ok(heard >= stepMs - 60, `step ${step}: ${heard} ms`);
});

void t.test('where no output works nothing is said: it expires, and the ledger says why', async (t) => {
  const room = await HostedRoom.open(t);
  setEnv(t, 'ALSA_CONFIG_PATH', join(t.testdir({ 'asound.conf': '' }), 'asound.conf'));
  setEnv(t, 'PATH', '');
  await room.start({ outputs: ['speaker', 'player'], record: true });
  const causes = [causeOf('gift', { paid: true })];
  const expiresAt = Date.now() + 1_000;
  await room.say(segmentOf('gift', 0, { last: true, priority: 'urgent', causes, expiresAt }), staircase());
  t.match(await room.outcomes(1), [
    { what: 'expired', eventId: 'gift', paid: true, reason: 'no output works' },
  ]);
});

void t.test('where no output works, people are told', async (t) => {
  const room = await HostedRoom.open(t);
  setEnv(t, 'ALSA_CONFIG_PATH', join(t.testdir({ 'asound.conf': '' }), 'asound.conf'));
  setEnv(t, 'PATH', '');
  const child = await room.start({ outputs: ['speaker'] });
  const trouble = await child.waitFor(({ kind }) => kind === 'trouble');
  t.match(trouble, { room: 'demo', topic: 'sound', level: 'critical' });
});

void t.test(
  'a successor on trial that could not be heard refuses, as long as the room is heard',
  async (t) => {
    const room = await HostedRoom.open(t);
    setEnv(t, 'ALSA_CONFIG_PATH', join(t.testdir({ 'asound.conf': '' }), 'asound.conf'));
    setEnv(t, 'PATH', '');
    const first = await room.start({ outputs: ['file'] });
    await first.waitFor((report) => report.kind === 'trouble' && report.level === 'ok');
    await room.say(segment(), staircase());
    await room.outcomes(1);
    await room.playhead(({ output }) => output === 'file');
    await t.rejects(room.start({ outputs: ['speaker', 'player'] }, { isTrial: true }), {
      message: /audio\.outputs: none of these works here, and the room is heard on file: speaker, player/,
    });
  },
);

void t.test('without a sound device the next output is taken, and both are said', async (t) => {
  const room = await HostedRoom.open(t);
  setEnv(t, 'ALSA_CONFIG_PATH', join(t.testdir({ 'asound.conf': '' }), 'asound.conf'));
  setEnv(t, 'PATH', '');
  const child = await room.start({ outputs: ['speaker', 'player', 'file'] });
  const texts: string[] = [];
  await child.waitFor((report) => {
    if (report.kind === 'notice') texts.push(`${report.level} ${report.text}`);
    return report.kind === 'notice' && report.text === 'sound of room demo: file';
  });
  t.match(texts[0], /^warn sound of room demo: "speaker" does not work \(.+\), trying "player"$/);
  t.match(
    texts[1],
    /^warn sound of room demo: "player" does not work \(none of .+ is installed\), trying "file"$/,
  );
  await room.say(segment(), staircase());
  await room.outcomes(1);
  await child.drain();
  t.strictSame(heardSteps(room).order, [...steps.keys()]);
});

void t.test('a start soon after a death takes the output of before without trying others', async (t) => {
  const room = await HostedRoom.open(t);
  setEnv(t, 'ALSA_CONFIG_PATH', join(t.testdir({ 'asound.conf': '' }), 'asound.conf'));
  setEnv(t, 'PATH', '');
  const audio = { outputs: ['speaker', 'player', 'file'] };
  const first = await room.start(audio, { hurry: true });
  await first.waitFor((report) => report.kind === 'notice' && report.text === 'sound of room demo: file');
  t.match(first.output, /does not work/);
  await room.say(segment(), staircase());
  await room.outcomes(1);
  await room.playhead(({ output }) => output === 'file');
  await first.kill();
  const second = await room.start(audio, { hurry: true, afterDeath: 'supervisor' });
  await second.waitFor((report) => report.kind === 'notice' && report.text === 'sound of room demo: file');
  t.notMatch(second.output, /does not work/);
  await second.drain();
  const third = await room.start(audio, { hurry: true });
  await third.waitFor((report) => report.kind === 'notice' && report.text === 'sound of room demo: file');
  t.match(third.output, /does not work/, 'after an end in order somebody may have plugged something in');
});

function setEnv(t: Test, name: string, value: string): void {
  const before = process.env[name];
  process.env[name] = value;
  t.teardown(() => {
    if (before === undefined) delete process.env[name];
    else process.env[name] = before;
  });
}
