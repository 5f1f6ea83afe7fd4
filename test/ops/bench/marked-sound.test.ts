import t from 'tap';
import { findJoints, markedSound } from '../../../ops/bench/marked-sound.ts';

const ms = 48;
const join = (...parts: Int16Array[]): Int16Array => Int16Array.from(parts.flatMap((part) => [...part]));

void t.test('findJoints() finds nothing in the original', (t) => {
  t.strictSame(findJoints(markedSound(4_000, 9_000)), []);
  t.strictSame(findJoints(join(markedSound(0, 20), markedSound(20, 20))), []);
  t.end();
});

void t.test('findJoints() measures silence, what was repeated and what was lost', (t) => {
  const pause = new Int16Array(30 * ms);
  const heard = join(
    markedSound(0, 100),
    pause,
    markedSound(100, 50),
    pause,
    markedSound(130, 50),
    markedSound(190, 10),
  );
  t.strictSame(findJoints(heard), [
    { afterMs: 99, gapMs: 30, repeatedMs: 0, lostMs: 0 },
    { afterMs: 149, gapMs: 30, repeatedMs: 20, lostMs: 0 },
    { afterMs: 179, gapMs: 0, repeatedMs: 0, lostMs: 10 },
  ]);
  t.end();
});

void t.test('findJoints() counts what was faded as heard', (t) => {
  const faded = markedSound(100, 50);
  for (let n = 0; n < 5 * ms; n++) faded[n] = Math.round(((faded[n] ?? 0) * (n + 1)) / (5 * ms));
  const [joint] = findJoints(join(markedSound(0, 100), new Int16Array(30 * ms), faded));
  t.match(joint, { afterMs: 99, repeatedMs: 0, lostMs: 0 });
  t.ok(Math.abs((joint?.gapMs ?? 0) - 30) < 0.1);
  t.end();
});
