import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { LateNotice } from '../../supervisor/late-notice.ts';

void t.test('LateNotice says a thing once: when it must, or else a little later', async (t) => {
  const said: string[] = [];
  const notice = new LateNotice(5);
  notice.now();
  notice.later(() => said.push('first'));
  t.same(said, []);
  notice.now();
  t.same(said, ['first'], 'in time');
  notice.later(() => said.push('second'));
  while (said.length < 2) await sleep(5);
  notice.now();
  await sleep(20);
  t.same(said, ['first', 'second']);
});
