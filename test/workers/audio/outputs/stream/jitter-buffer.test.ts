import t from 'tap';
import { JitterBuffer } from '../../../../../workers/audio/outputs/stream/page/jitter-buffer.js';
import { seeded } from '../../fixtures.ts';

const rateHz = 48_000;
const frame = 960;
const quantum = 128;

interface Listening {
  seconds: number;
  /** How much faster the sender's clock is than the listener's. */
  ppm?: number;
  /** Most that a message is late. */
  jitterMs?: number;
  seed?: number;
  /** Messages that never come. */
  isLost?: (n: number) => boolean;
  /** How late it is beside that. */
  lateMs?: (n: number) => number;
  sample?: (position: number) => number;
  onPull?: (out: Float32Array) => void;
}

/** A loudspeaker that takes 128 samples at a time, and messages that come in order, when they come. */
function listen(given: Listening) {
  const { seconds, ppm = 0, jitterMs = 0, seed = 1, isLost, lateMs, sample, onPull } = given;
  const random = seeded(seed);
  const buffer = new JitterBuffer();
  const out = new Float32Array(quantum);
  const pcm = new Int16Array(frame).fill(8_000);
  const sentAt = (n: number) => ((n * frame) / rateHz) * (1 - ppm / 1e6);
  let n = 0;
  let cameAt = sentAt(0);
  const arrivalOf = (message: number) =>
    Math.max(cameAt, sentAt(message) + (random() * jitterMs + (lateMs?.(message) ?? 0)) / 1_000);
  let mostMs = 0;
  let leastMs = Infinity;
  for (let now = 0; now < seconds; now += quantum / rateHz) {
    while (cameAt <= now) {
      if (sample) for (let at = 0; at < frame; at++) pcm[at] = sample(n * frame + at);
      if (!isLost?.(n)) buffer.push(pcm, n * frame);
      n += 1;
      cameAt = arrivalOf(n);
    }
    mostMs = Math.max(mostMs, buffer.bufferedMs);
    buffer.pull(out);
    if (now > 1) leastMs = Math.min(leastMs, buffer.bufferedMs);
    onPull?.(out);
  }
  return { buffer, mostMs, leastMs };
}

/** Largest step between neighbouring samples: a click is one that the sound does not have. */
function stepMeter() {
  let last = 0;
  let most = 0;
  return {
    add: (out: Float32Array) => {
      for (const value of out) {
        most = Math.max(most, Math.abs(value - last));
        last = value;
      }
    },
    get most() {
      return most;
    },
  };
}

const sine = (hz: number) => (position: number) =>
  Math.round(16_000 * Math.sin((2 * Math.PI * hz * position) / rateHz));
const sineStep = (hz: number) => (2 * Math.PI * hz * 16_000) / 32_768 / rateHz;

void t.test('pull() gives exactly what was pushed while the clocks agree', (t) => {
  const heard: number[] = [];
  const { buffer } = listen({
    seconds: 10,
    sample: (position) => (position % 30_000) + 1,
    onPull: (out) => {
      for (const value of out) if (value !== 0) heard.push(Math.round(value * 32_768));
    },
  });
  t.equal(buffer.underruns, 0);
  const from = 200;
  const first = heard[from] ?? 0;
  t.ok(heard.length > 9 * rateHz);
  const wrong = heard.slice(from).findIndex((value, n) => value !== ((first - 1 + n) % 30_000) + 1);
  t.equal(wrong, -1, 'every sample, in order');
  t.end();
});

for (const ppm of [-200, 200]) {
  void t.test(`an hour with clocks that differ by ${ppm} ppm is heard without a break`, (t) => {
    const { buffer, mostMs, leastMs } = listen({ seconds: 3_600, ppm });
    t.comment(`${leastMs.toFixed(0)}..${mostMs.toFixed(0)} ms`);
    t.equal(buffer.underruns, 0);
    t.equal(buffer.skippedSamples, 0);
    t.ok(mostMs <= 250, `at most ${mostMs.toFixed(0)} ms are kept`);
    t.ok(leastMs >= 80, `at least ${leastMs.toFixed(0)} ms`);
    t.end();
  });
}

void t.test('a drift is made up for without clicks', (t) => {
  const meter = stepMeter();
  const { buffer } = listen({ seconds: 300, ppm: 200, sample: sine(440), onPull: meter.add });
  t.equal(buffer.underruns, 0);
  t.ok(meter.most < 1.1 * sineStep(440), `steps of ${meter.most.toFixed(4)}`);
  t.end();
});

void t.test('messages that are up to 100 ms late are not heard', (t) => {
  for (let seed = 1; seed <= 5; seed++) {
    const { buffer, mostMs } = listen({ seconds: 300, jitterMs: 100, ppm: 100, seed });
    t.equal(buffer.underruns, 0, `seed ${seed}, at most ${mostMs.toFixed(0)} ms`);
    t.ok(mostMs <= 400);
  }
  t.end();
});

void t.test('after a break it fades out, gathers, and goes on without growing', (t) => {
  const meter = stepMeter();
  const { buffer, mostMs } = listen({
    seconds: 120,
    sample: sine(440),
    lateMs: (n) => (n > 1_000 && n < 1_015 ? 300 - 20 * (n - 1_000) : 0),
    onPull: meter.add,
  });
  t.equal(buffer.underruns, 1);
  t.ok(mostMs <= 400, `${mostMs.toFixed(0)} ms`);
  t.ok(buffer.bufferedMs < buffer.targetMs + 50, `${buffer.bufferedMs.toFixed(0)} ms at the end`);
  t.ok(meter.most < 0.05, `no click: steps of ${meter.most.toFixed(4)}`);
  t.end();
});

void t.test('more than 400 ms are never kept, and the cut makes no click', (t) => {
  const buffer = new JitterBuffer();
  const meter = stepMeter();
  const out = new Float32Array(quantum);
  const tone = sine(440);
  let mostMs = 0;
  for (let n = 0; n < 200; n++) {
    const pcm = Int16Array.from({ length: frame }, (_, at) => tone(n * frame + at));
    buffer.push(pcm, n * frame);
    mostMs = Math.max(mostMs, buffer.bufferedMs);
    for (let pull = 0; pull < 4; pull++) {
      buffer.pull(out);
      meter.add(out);
    }
  }
  t.ok(mostMs <= 400);
  t.ok(buffer.skippedSamples > 0);
  t.ok(meter.most < 0.05, `steps of ${meter.most.toFixed(4)}`);
  t.end();
});

void t.test('silence is left out where there is too much sound', (t) => {
  const buffer = new JitterBuffer();
  const out = new Float32Array(quantum);
  const silence = new Int16Array(frame);
  for (let n = 0; n < 19; n++) buffer.push(silence, n * frame);
  let position = 19 * frame;
  for (let pull = 0; pull < 7_500; pull++) {
    if (pull % 7.5 < 1) {
      buffer.push(silence, position);
      position += frame;
    }
    buffer.pull(out);
  }
  t.ok(buffer.skippedSamples >= 0.1 * rateHz, `${buffer.skippedSamples / 48} ms`);
  t.ok(buffer.bufferedMs < 260, `${buffer.bufferedMs.toFixed(0)} ms are left`);
  t.end();
});

void t.test('push() goes on after what was lost, and passes over what it knows', (t) => {
  const lost = listen({ seconds: 60, isLost: (n) => n % 500 === 499, sample: sine(440) });
  t.equal(lost.buffer.lostSamples, 5 * frame, 'the last one is in front of the end');
  const buffer = new JitterBuffer();
  const pcm = new Int16Array(frame).fill(1);
  buffer.push(pcm, 0);
  buffer.push(pcm, 0);
  buffer.push(pcm, 480);
  t.equal(buffer.bufferedMs, 30);
  buffer.restart();
  buffer.push(pcm, 0);
  t.equal(buffer.bufferedMs, 50);
  t.end();
});

void t.test('a loudspeaker at 44.1 kHz gets the same sound', (t) => {
  const buffer = new JitterBuffer({ outputRateHz: 44_100 });
  const out = new Float32Array(441);
  const tone = sine(1_000);
  let crossings = 0;
  let last = 0;
  for (let n = 0; n < 1_000; n++) {
    const from = n * 480;
    buffer.push(
      Int16Array.from({ length: 480 }, (_, at) => tone(from + at)),
      from,
    );
    buffer.pull(out);
    for (const value of out) {
      if (last < 0 && value >= 0) crossings += 1;
      if (value !== 0) last = value;
    }
  }
  const hz = crossings / (buffer.playedSamples / 44_100);
  t.ok(Math.abs(hz - 1_000) < 10, `${hz.toFixed(1)} Hz`);
  t.equal(buffer.underruns, 0);
  t.end();
});
