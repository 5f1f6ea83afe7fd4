import t from 'tap';
import type { Candidate } from '../../../../workers/audio/fillers/choose-filler.ts';
import { chooseFiller } from '../../../../workers/audio/fillers/choose-filler.ts';
import { seeded } from '../fixtures.ts';

const library = (lines: number, idle: number): Candidate[] => [
  ...Array.from({ length: lines }, (_, index) => ({ key: `line${index}`, kind: 'line' as const })),
  ...Array.from({ length: idle }, (_, index) => ({ key: `idle${index}`, kind: 'idle' as const })),
];

function play(candidates: Candidate[], count: number, random: () => number): Candidate[] {
  const heard: Candidate[] = [];
  let plays: string[] = [];
  for (let n = 0; n < count; n++) {
    const chosen = chooseFiller(candidates, plays, random());
    if (!chosen) break;
    heard.push(chosen);
    plays = [...plays.filter((key) => key !== chosen.key), chosen.key];
  }
  return heard;
}

void t.test('chooseFiller() never plays one twice in a row, and leaves out none, whatever there is', (t) => {
  for (let seed = 0; seed < 300; seed++) {
    const random = seeded(seed);
    const candidates = library(Math.floor(random() * 9), Math.floor(random() * 30));
    const heard = play(candidates, 200, random).map(({ key }) => key);
    if (candidates.length === 0) {
      if (heard.length > 0) t.fail('something of nothing');
      continue;
    }
    if (heard.length !== 200) t.fail(`seed ${seed}: nothing to play`);
    const repeated = heard.findIndex((key, index) => key === heard[index - 1]);
    if (candidates.length > 1 && repeated >= 0) t.fail(`seed ${seed}: twice in a row at ${repeated}`);
    const rest = Math.min(20, Math.floor(candidates.length / 2));
    const tooSoon = heard.findIndex((key, index) =>
      heard.slice(Math.max(0, index - rest), index).includes(key),
    );
    if (tooSoon >= 0) t.fail(`seed ${seed}: again within ${rest} at ${tooSoon}`);
    if (new Set(heard).size < candidates.length) t.fail(`seed ${seed}: some are never heard`);
  }
  t.end();
});

void t.test('chooseFiller() takes turns between lines and what was said before', (t) => {
  const kinds = play(library(8, 8), 100, seeded(1)).map(({ kind }) => kind);
  const changes = kinds.filter((kind, index) => index > 0 && kind !== kinds[index - 1]).length;
  t.ok(changes >= 90, `${changes} of 99`);
  const few = play(library(8, 1), 90, seeded(2)).filter(({ kind }) => kind === 'idle').length;
  t.ok(few >= 8 && few <= 18, `one line among nine was heard ${few} times of 90`);
  t.end();
});

void t.test(
  'chooseFiller() goes on in the order of earlier plays, and knows nothing of what is gone',
  (t) => {
    const candidates = library(4, 0);
    const plays = ['gone', 'line2', 'line0', 'line3', 'line1', 'gone too'];
    t.equal(chooseFiller(candidates, plays, 0.99)?.key, 'line2');
    t.equal(chooseFiller(candidates, ['line2', 'line3'], 0)?.key, 'line0');
    t.equal(chooseFiller(library(1, 0), ['line0'], 0)?.key, 'line0', 'one alone is better than silence');
    t.end();
  },
);
