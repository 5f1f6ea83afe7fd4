import t from 'tap';
import { LookAgain } from '../../../../workers/audio/outputs/look-again.ts';

const waits = (again: LookAgain, count: number) => Array.from({ length: count }, () => again.waitMs());

void t.test('waitMs() grows to ten minutes where no better output has ever worked', async (t) => {
  t.strictSame(waits(new LookAgain(), 6), [30_000, 60_000, 120_000, 240_000, 480_000, 600_000]);
});

void t.test('gaveUp() makes it look soon, and less soon for an output that keeps failing', async (t) => {
  const again = new LookAgain();
  again.gaveUp(1_000_000);
  t.strictSame(waits(again, 3), [1_000, 2_000, 4_000]);
  again.found();
  t.equal(again.waitMs(), 30_000);
  again.gaveUp(1_010_000);
  t.equal(again.waitMs(), 2_000);
  again.gaveUp(1_020_000);
  t.strictSame(waits(again, 2), [4_000, 8_000]);
  again.gaveUp(1_200_000);
  t.equal(again.waitMs(), 1_000, 'it had worked for a while');
});
