import t from 'tap';
import { LastHeard } from '../../../../workers/audio/fillers/last-heard.ts';

void t.test('silentMs() counts from the last playhead at which something was heard', (t) => {
  const heard = new LastHeard();
  t.equal(heard.silentMs(5_000), 0, 'nothing is known');
  heard.hear({ state: 'speaking', at: 1_000 });
  heard.hear({ state: 'idle', at: 2_000 });
  heard.hear({ state: 'buffering', at: 2_500 });
  t.equal(heard.silentMs(3_000), 2_000);
  heard.hear({ state: 'filling', at: 3_000 });
  t.equal(heard.silentMs(3_100), 100);
  t.equal(heard.silentMs(100_000), 0, 'another show');
  t.end();
});
