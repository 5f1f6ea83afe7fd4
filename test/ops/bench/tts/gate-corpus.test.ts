import { createHash } from 'node:crypto';
import t from 'tap';
import { gateCorpus } from '../../../../ops/bench/tts/gate-corpus.ts';

const voices = { cmn: { tongue: 'zh' as const, sentences: 3 } };

/** Each sample in one line. */
async function collect(seed: number): Promise<string[]> {
  const lines: string[] = [];
  for await (const { group, kind, text, speed, sound } of gateCorpus({ seed, voices })) {
    const hash = createHash('sha256').update(sound.samples).digest('hex');
    lines.push(`${group} ${kind} ${text} ${speed} ${sound.sampleRateHz} ${hash}`);
  }
  return lines;
}

void t.test('gateCorpus() gives the same sounds for a seed, and begins with lessons', async (t) => {
  const [one, again, other] = [await collect(3), await collect(3), await collect(4)];
  t.same(one, again);
  t.notSame(one, other);
  t.ok(one.slice(0, 10).every((line) => line.startsWith('lesson')));
  t.ok(one.length > 40);
});
