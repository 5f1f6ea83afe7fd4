import t from 'tap';
import { Unplayed } from '../../../../workers/audio/outputs/unplayed.ts';

void t.test('ms() counts what there was no time to play, and the start of the program', async (t) => {
  const unplayed = new Unplayed();
  t.equal(unplayed.ms(5), 0);
  unplayed.sent(300, 1_000);
  t.equal(unplayed.ms(1_000), 400);
  for (let now = 1_000; now < 3_000; now += 20) unplayed.sent(20, now);
  t.equal(unplayed.ms(3_000), 400, 'it stays as far ahead as it began');
  t.equal(unplayed.ms(3_500), 0);
  unplayed.sent(20, 4_000);
  t.equal(unplayed.ms(4_000), 20, 'after a pause nothing is left in its buffers');
});
