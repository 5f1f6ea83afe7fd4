import { mock } from 'node:test';
import t from 'tap';
import { Heartbeat } from '../../../../workers/ingest/douyin/heartbeat.ts';

void t.test('start() sends at once, then every ten seconds, or as the server asks within bounds', (t) => {
  mock.timers.enable({ apis: ['setInterval'] });
  t.teardown(() => mock.timers.reset());
  const sent: string[] = [];
  const heartbeat = new Heartbeat((bytes) => sent.push(Buffer.from(bytes).toString('hex')));
  const countOver = (ms: number): number => {
    const before = sent.length;
    mock.timers.tick(ms);
    return sent.length - before;
  };
  heartbeat.start();
  t.same(sent, ['3a026862']);
  t.equal(countOver(60_000), 6);
  heartbeat.every(1);
  t.equal(countOver(60_000), 6, 'not more often than every ten seconds');
  heartbeat.every(20);
  t.equal(countOver(60_000), 3);
  heartbeat.every(10_000);
  t.equal(countOver(60_000), 2, 'not so rarely that the server hangs up');
  heartbeat.stop();
  heartbeat.stop();
  t.equal(countOver(60_000), 0);
  t.end();
});
