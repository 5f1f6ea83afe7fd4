import t from 'tap';
import { ChunkOrder, judgeAired } from '../../../../ops/bench/tts/judge-aired.ts';

const asked = new Map([
  ['a', 3],
  ['b', 1],
]);
/** `a0` is the first segment of utterance `a`. */
const heard = (names: string) =>
  names.split(' ').map((name) => ({ utteranceId: name.slice(0, 1), index: Number(name.slice(1)) }));
const right = { lost: [], reordered: [], twice: [], unasked: [] };

void t.test('judgeAired() finds nothing wrong with utterances that are mixed, each in its order', (t) => {
  t.same(judgeAired(asked, heard('a0 b0 a1 a2')), right);
  t.end();
});

void t.test('judgeAired() tells what was swapped, heard again, left out, and what nobody asked for', (t) => {
  for (const [what, names, wrong] of [
    ['swapped', 'a0 a2 b0 a1', { reordered: heard('a1') }],
    ['heard again', 'a0 a1 b0 a1 a2 b0', { twice: heard('a1 b0') }],
    ['heard again, at last', 'a0 a1 a2 b0 a0', { twice: heard('a0') }],
    ['left out', 'a0 a2', { lost: heard('a1 b0') }],
    ['begun in the middle', 'a1 a2 b0', { lost: heard('a0') }],
    ['not asked for', 'a0 a1 a2 b0 b1 c0', { unasked: heard('b1 c0') }],
  ] as const)
    t.same(judgeAired(asked, heard(names)), { ...right, ...wrong }, what);
  t.end();
});

/** `r:s0` is chunk 0 of rendition `r` of segment `s`; `!`: its last; `-`: without a sample. */
function follow(names: string): ChunkOrder {
  const order = new ChunkOrder();
  for (const id of names.split(' ')) {
    const [, rendition = '', segment = '', index = '', marks = ''] = /^(\w+):(\w)(\d+)(.*)$/.exec(id) ?? [];
    order.add({
      id,
      segment: { id: segment },
      rendition,
      index: Number(index),
      last: marks.includes('!'),
      pcm: new Uint8Array(marks.includes('-') ? 0 : 2),
    });
  }
  return order;
}

void t.test(
  'ChunkOrder takes renditions that are mixed, and counts what ended early and what came twice',
  (t) => {
    const order = follow('r1:s0 r2:z0! r1:s1 r3:s0 r3:s1 r3:s2! r4:z0!');
    t.same(order.misplaced, []);
    t.equal(order.cutOff, 1);
    t.equal(order.spokenAgain, 1);
    t.equal(follow('r1:s0!- r2:s0!').spokenAgain, 0, 'one without a sound is none');
    t.end();
  },
);

void t.test(
  'ChunkOrder tells chunks that are swapped, come again, are left out, or are of another segment',
  (t) => {
    t.same(follow('r:s1 r:s0!').misplaced, ['r:s1', 'r:s0!']);
    t.same(follow('r:s0 r:s0 r:s2!').misplaced, ['r:s0']);
    t.same(follow('r:s0 r:s2!').misplaced, ['r:s2!']);
    t.same(follow('r:s0! r:s1').misplaced, ['r:s1']);
    t.same(follow('r:s0 r:z1!').misplaced, ['r:z1!']);
    t.end();
  },
);
