import t from 'tap';
import { findSound, measureJoint } from '../../../../ops/bench/supervisor/joint.ts';

const perMs = 48;

/** Noise that is never the same twice, with a pause of its own from 1,000 to 1,100 ms. */
function speech(lengthMs: number, seed = 1): Int16Array {
  let state = seed;
  return Int16Array.from({ length: lengthMs * perMs }, (_, at) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const isPause = at >= 1_000 * perMs && at < 1_100 * perMs;
    return isPause ? 0 : state % 8_000 || 50;
  });
}

function join(...pieces: Int16Array[]): Int16Array {
  return Int16Array.from(pieces.flatMap((piece) => [...piece]));
}

const sentence = speech(2_000);
const spoken = Float32Array.from(sentence);
const part = (fromMs: number, toMs: number) => sentence.subarray(fromMs * perMs, toMs * perMs);
const silence = (ms: number) => new Int16Array(ms * perMs);

const cases = [
  { what: 'an unbroken sentence', heard: part(300, 1_800), gapMs: 0, repeatedMs: 0, lostMs: 0 },
  {
    what: 'a gap',
    heard: join(part(300, 900), silence(140), part(900, 1_800)),
    gapMs: 140,
    repeatedMs: 0,
    lostMs: 0,
  },
  {
    what: 'a gap and a piece heard twice',
    heard: join(part(300, 900), silence(60), part(820, 1_800)),
    gapMs: 60,
    repeatedMs: 80,
    lostMs: 0,
  },
  {
    what: 'a gap in which a piece was lost',
    heard: join(part(300, 700), silence(60), part(790, 1_800)),
    gapMs: 60,
    repeatedMs: 0,
    lostMs: 90,
  },
  {
    what: 'a piece that was lost without a gap',
    heard: join(part(300, 700), part(720, 1_800)),
    gapMs: 0,
    repeatedMs: 0,
    lostMs: 20,
  },
];

for (const { what, heard, ...expected } of cases) {
  void t.test(`measureJoint() measures ${what}`, (t) => {
    const joint = measureJoint(heard, spoken);
    if (!joint) throw new Error('the sentence was not recognised');
    t.ok(Math.abs(joint.gapMs - expected.gapMs) < 1, `gap of ${joint.gapMs} ms`);
    t.ok(Math.abs(joint.repeatedMs - expected.repeatedMs) < 1, `repeated ${joint.repeatedMs} ms`);
    t.ok(Math.abs(joint.lostMs - expected.lostMs) < 1, `lost ${joint.lostMs} ms`);
    t.end();
  });
}

void t.test('measureJoint() does not judge what it does not recognise', (t) => {
  t.equal(measureJoint(silence(1_500), spoken), undefined);
  t.equal(measureJoint(join(part(300, 900), silence(900)), spoken), undefined);
  t.equal(measureJoint(part(300, 600), spoken), undefined, 'too short');
  t.end();
});

void t.test('findSound() finds a piece to the sample, also when it is quieter', (t) => {
  const piece = part(1_300, 1_550).map((sample) => sample >> 1);
  t.equal(findSound(piece, spoken), 1_300 * perMs);
  t.equal(findSound(speech(250, 77), spoken), undefined);
  t.end();
});
