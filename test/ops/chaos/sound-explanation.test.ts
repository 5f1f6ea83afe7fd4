import t from 'tap';
import type { Suspect } from '../../../ops/chaos/sound-explanation.ts';
import { SoundExplanation, isWhole, timesHeard } from '../../../ops/chaos/sound-explanation.ts';
import { blockSamples } from '../../../ops/chaos/sound-pattern.ts';

const loudSamples = (blocks: number): Int16Array => new Int16Array(blocks * blockSamples).fill(3_000);

/** `loud`: a dot is a pause. */
const suspect = (loud: string, required = 1): Suspect => ({
  pattern: {
    wide: new Float32Array(0),
    narrow: new Float32Array(0),
    loud: loud.split('').map((each) => each !== '.'),
  },
  required,
  hearings: [],
});

const blocks = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, n) => from + n);
const twenty = 'x'.repeat(20);

void t.test('settle() gives a piece to who explains more around it, and the rest to the others', (t) => {
  const explanation = new SoundExplanation(loudSamples(30));
  const [long, short] = [suspect(twenty), suspect('x'.repeat(10))];
  explanation.settle([
    { suspect: short, alignment: { at: 0, blocks: blocks(0, 8) } },
    { suspect: long, alignment: { at: 0, blocks: blocks(0, 20) } },
    { suspect: short, alignment: { at: 20 * blockSamples, blocks: blocks(0, 10) } },
  ]);
  t.same(long.hearings, [{ at: 0, blocks: blocks(0, 20) }]);
  t.same(short.hearings, [{ at: 20 * blockSamples, blocks: blocks(0, 10) }]);
  t.same([...explanation.unexplained(1)], []);
  t.end();
});

void t.test('settleBest() prefers the whole sentence, then the one that lacks these words', (t) => {
  const part = (of: Suspect) => ({ suspect: of, alignment: { at: 0, blocks: blocks(0, 10) } });
  const [long, short] = [suspect(twenty), suspect('x'.repeat(10), 0)];
  t.ok(new SoundExplanation(loudSamples(10)).settleBest([part(long), part(short)], { clear: true }));
  t.equal(short.hearings.length, 1);
  t.ok(isWhole(part(short)));
  t.notOk(isWhole(part(long)));

  const [complete, lacking] = [suspect(twenty), suspect(twenty)];
  complete.hearings.push({ at: 100_000, blocks: blocks(0, 20) });
  t.ok(new SoundExplanation(loudSamples(10)).settleBest([part(complete), part(lacking)], { clear: true }));
  t.equal(lacking.hearings.length, 1);
  t.end();
});

void t.test('settleBest() leaves what two may have said until one shows that it was begun', (t) => {
  const explanation = new SoundExplanation(loudSamples(20));
  const [other, own] = [suspect(twenty), suspect(twenty)];
  const claims = [other, own].map((each) => ({
    suspect: each,
    alignment: { at: 0, blocks: blocks(0, 10) },
  }));
  t.notOk(explanation.settleBest(claims, { clear: true }));
  own.hearings.push({ at: 10 * blockSamples, blocks: blocks(10, 20) });
  t.ok(explanation.settleBest(claims, { clear: true }));
  t.same(
    timesHeard(own.hearings, own.pattern),
    Array.from({ length: 20 }, () => 1),
  );
  t.notOk(explanation.settleBest(claims, { clear: false }), 'nothing is left of them');
  t.end();
});

void t.test(
  'unexplained() leaves out what is silent, what is claimed with its pauses, and what is short',
  (t) => {
    const samples = loudSamples(30);
    samples.fill(0, 24 * blockSamples, 25 * blockSamples);
    const explanation = new SoundExplanation(samples);
    const pausing = suspect('xxxx..xxxx');
    const alignment = { at: 2 * blockSamples, blocks: [...blocks(0, 4), ...blocks(6, 10)] };
    explanation.settle([{ suspect: pausing, alignment }]);
    const inBlocks = (least: number, from = 0) =>
      [...explanation.unexplained(least * blockSamples, from * blockSamples)].map(({ from, to }) => [
        from / blockSamples,
        to / blockSamples,
      ]);
    t.same(inBlocks(1), [
      [0, 2],
      [12, 24],
      [25, 30],
    ]);
    t.same(inBlocks(3, 20), [
      [20, 24],
      [25, 30],
    ]);
    t.end();
  },
);
