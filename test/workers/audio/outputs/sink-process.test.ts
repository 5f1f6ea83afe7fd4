import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { Test } from 'tap';
import type { OutputKind } from '../../../../protocol/config.ts';
import { samplesOf } from '../../../../workers/audio/format.ts';
import type { Found } from '../../../../workers/audio/outputs/find-output.ts';
import { fileSpec, findOutput, outputNamed } from '../../../../workers/audio/outputs/find-output.ts';
import { SinkProcess } from '../../../../workers/audio/outputs/sink-process.ts';
import type { SinkSpec } from '../../../../workers/audio/outputs/sink-process.ts';
import { placeIn } from './place.ts';
import { readWav } from './wav.ts';

const frame = Buffer.from(new Int16Array(960).fill(1_000).buffer);
const program = (source: string): SinkSpec => ({
  name: 'fixture',
  command: process.execPath,
  args: ['-e', source],
  reports: false,
  primeMs: 0,
  canWait: false,
  keepsTime: false,
});

function start(spec: SinkSpec) {
  const counted = { dropped: 0 };
  const figures = { dropped: (samples: number) => (counted.dropped += samples) };
  return { sink: new SinkProcess(spec, { now: performance.now(), figures }), counted };
}

void t.test('write() brings every sample into the file, and end() waits for them', async (t) => {
  const place = placeIn(t.testdir());
  const { sink, counted } = start(fileSpec(place));
  for (let n = 0; n < 40; n++) sink.write(frame, performance.now());
  await sink.end(10_000);
  t.match(await sink.ended, 'exit code 0');
  t.equal(counted.dropped, 0);
  t.strictSame(readWav(place.file).samples, new Int16Array(40 * 960).fill(1_000));
  t.equal(sink.unheardSamples, 0);
  await sink.end(10_000);
});

void t.test('skip() gives a recording the silence of a clock that stood still', async (t) => {
  const place = placeIn(t.testdir());
  const { sink } = start(fileSpec(place));
  sink.write(frame, performance.now());
  sink.skip(samplesOf(100));
  sink.write(frame, performance.now());
  await sink.end(10_000);
  const { samples } = readWav(place.file);
  t.equal(samples.length, 2 * 960 + samplesOf(100));
  t.strictSame([samples[959], samples[960], samples[960 + samplesOf(100)]], [1_000, 0, 1_000]);
});

void t.test('a second file sink waits until the orphan of a killed owner has ended', async (t) => {
  const place = placeIn(t.testdir());
  const orphan = start(fileSpec(place)).sink;
  for (let n = 0; n < 10; n++) orphan.write(frame, performance.now());
  await t.resolves(waitFor(() => orphan.unheardSamples === 0));
  const { sink } = start(fileSpec(place));
  sink.write(frame, performance.now());
  await orphan.end(10_000);
  await sink.end(10_000);
  t.match(await sink.ended, 'exit code 0');
  const { samples } = readWav(place.file);
  t.ok(samples.length >= 11 * 960);
  t.equal(samples.at(-1), 1_000);
});

void t.test('write() drops what a sink does not take, and ends one that takes nothing', async (t) => {
  const { sink, counted } = start({ ...program('setInterval(() => {}, 1e6)'), reports: true });
  const now = performance.now();
  for (let n = 0; n < 60; n++) sink.write(frame, now + 20 * n);
  t.equal(counted.dropped, 10 * 960, 'a second is kept, the rest is not');
  t.equal(sink.unheardSamples, samplesOf(1_000));
  sink.write(frame, now + 5_000);
  t.match(await sink.ended, /took no sound for 2000 ms/);
});

void t.test(
  'hasRoom tells whether a sink takes the next frame, which one that starts slowly does not at first',
  async (t) => {
    const { sink, counted } = start({ ...program('setInterval(() => {}, 1e6)'), reports: true });
    let taken = 0;
    while (sink.hasRoom) {
      sink.write(frame, performance.now());
      taken += 1;
    }
    t.equal(taken, 50, 'a second');
    t.equal(counted.dropped, 0);
    await sink.end(50);
    t.notOk(sink.hasRoom, 'one that is gone takes nothing');
  },
);

void t.test('ended says why a sink ended, in its own words', async (t) => {
  const { sink } = start(program('console.error("error: no such device"); process.exit(3)'));
  t.equal(await sink.ended, 'exit code 3: error: no such device');
  sink.write(frame, performance.now());
  const { sink: absent } = start({ ...program(''), command: '/nonexistent/player' });
  t.match(await absent.ended, /ENOENT/);
});

void t.test('end() ends a sink that ignores the end of its input', async (t) => {
  const { sink } = start(program('setInterval(() => {}, 1e6)'));
  await sink.end(50);
  t.match(await sink.ended, /did not end in time/);
  await sink[Symbol.asyncDispose]();
});

void t.test('the speaker sink plays exactly the samples on an ALSA device', async (t) => {
  needSpeaker();
  const dir = t.testdir();
  const raw = join(dir, 'out.raw');
  const config = join(dir, 'asound.conf');
  writeFileSync(
    config,
    `pcm.!default { type file slave.pcm null file "${raw}" format raw }\npcm.null { type null }\n`,
  );
  setAlsa(t, config);
  // What it plays can be read afterwards, but such a device takes all of it at once: it is not to be tried out.
  const { spec } = outputNamed('speaker', placeIn(dir)) ?? {};
  if (!spec) throw new Error('There is no output "speaker"');
  const { sink } = start(spec);
  const sent = Int16Array.from({ length: 960 * 25 }, (_, n) => ((n * 7919) % 20_000) - 10_000);
  for (let n = 0; n < 25; n++) {
    const piece = sent.slice(960 * n, 960 * (n + 1));
    sink.write(Buffer.from(piece.buffer), performance.now());
  }
  await sink.end(10_000);
  t.equal(await sink.ended, 'exit code 0');
  const bytes = readFileSync(raw);
  const played = new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  const prime = samplesOf(spec.primeMs);
  t.equal(played.length, prime + sent.length);
  t.strictSame(played.subarray(prime), sent);
});

void t.test('findOutput() says what is missing where there is no device', async (t) => {
  needSpeaker();
  const dir = t.testdir({ 'asound.conf': '' });
  setAlsa(t, join(dir, 'asound.conf'));
  const found = await findOutput('speaker', placeIn(dir), new AbortController().signal);
  t.notOk(found.works);
  if (!found.works) t.match(found.reason, /cannot open device|Unknown PCM|Assertion/);
});

/** On a machine that is busy enough, what takes no time takes as long as a device would. */
async function refused(kind: OutputKind, dir: string): Promise<Found> {
  for (;;) {
    const found = await findOutput(kind, placeIn(dir), new AbortController().signal);
    if (!found.works) return found;
  }
}

void t.test('findOutput() refuses a device that swallows sound faster than time passes', async (t) => {
  needSpeaker();
  const dir = t.testdir({ 'asound.conf': 'pcm.!default { type null }\n' });
  setAlsa(t, join(dir, 'asound.conf'));
  const found = await refused('speaker', dir);
  t.match(found, { works: false, reason: /takes sound faster than any device \(4\d+ ms in \d+ ms\)/ });

  writeFileSync(join(dir, 'aplay'), '#!/bin/sh\ncat > /dev/null\n', { mode: 0o755 });
  setEnv(t, 'PATH', `${dir}:/nonexistent`);
  writeFileSync(join(dir, 'cat'), '#!/bin/sh\nexec /bin/cat\n', { mode: 0o755 });
  const player = await refused('player', dir);
  t.match(player, { works: false, reason: /^aplay: it takes sound faster than any device/ });
});

void t.test('findOutput() takes the first installed player that really plays', async (t) => {
  // It plays for as long as the sound lasts.
  const ok = '#!/bin/sh\ncat > /dev/null\nsleep 1.5\n';
  const broken = '#!/bin/sh\ncat > /dev/null\necho "ALSA error: no soundcards found" >&2\nexit 1\n';
  const dir = t.testdir();
  writeFileSync(join(dir, 'aplay'), ok, { mode: 0o755 });
  writeFileSync(join(dir, 'pw-play'), broken, { mode: 0o755 });
  setEnv(t, 'PATH', `${dir}:/bin:/usr/bin`);
  const found = await findOutput('player', placeIn(dir), new AbortController().signal);
  t.match(found, { works: true, spec: { name: 'player (aplay)', command: join(dir, 'aplay') } });

  setEnv(t, 'PATH', dir);
  const none = await findOutput('player', placeIn(dir), new AbortController().signal);
  t.match(none, { works: false, reason: /pw-play: .*aplay: / });
});

function setAlsa(t: Test, config: string): void {
  setEnv(t, 'ALSA_CONFIG_PATH', config);
}

function setEnv(t: Test, name: string, value: string): void {
  const before = process.env[name];
  process.env[name] = value;
  t.teardown(() => {
    if (before === undefined) delete process.env[name];
    else process.env[name] = before;
  });
}

/** Looks until it is so; the test's own time limit is the deadline. */
async function waitFor(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** The package is optional for the product, not for its tests. */
function needSpeaker(): void {
  if (existsSync(new URL('../../../../node_modules/speaker/build/Release/binding.node', import.meta.url)))
    return;
  throw new Error(
    'The package "speaker" is not compiled here. As root, run: node ops/setup.mjs --force (it installs libasound2-dev, g++, make and python3)',
  );
}

void t.test('write() sends the silence ahead of a device with the first frame, not before', async (t) => {
  const place = placeIn(t.testdir());
  const { sink } = start({ ...fileSpec(place), primeMs: 300 });
  await sink.ready;
  t.notOk(existsSync(place.file), 'it waits');
  sink.write(frame, performance.now());
  await sink.end(10_000);
  const { samples } = readWav(place.file);
  t.equal(samples.length, samplesOf(300) + 960);
  t.strictSame([samples[samplesOf(300) - 1], samples[samplesOf(300)]], [0, 1_000]);
});

void t.test('a file sink that was started early leaves the file to the one that writes it', async (t) => {
  const place = placeIn(t.testdir());
  const first = start(fileSpec(place)).sink;
  const spare = start(fileSpec(place)).sink;
  await spare.ready;
  for (let n = 0; n < 5; n++) first.write(frame, performance.now());
  await first.end(10_000);
  spare.write(frame, performance.now());
  await spare.end(10_000);
  t.equal(await spare.ended, 'exit code 0');
  const { samples } = readWav(place.file);
  t.equal(samples.filter((value) => value === 1_000).length, 6 * 960);
});

void t.test('isDelivered tells whether the system has taken everything', async (t) => {
  const { sink } = start({ ...program('setInterval(() => {}, 1e6)'), keepsTime: true, reports: true });
  sink.write(frame, performance.now());
  t.ok(sink.isDelivered);
  // More than a pipe holds.
  while (sink.hasRoom && sink.isDelivered) sink.write(frame, performance.now());
  t.comment(`the system took ${sink.unheardSamples / 48} ms`);
  await sink.end(50);
  t.ok(sink.isOver);
});
