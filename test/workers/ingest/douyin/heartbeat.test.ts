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
    for (let passedMs = 0; passedMs < ms; passedMs += 1_000) mock.timers.tick(1_000);
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

void t.test('every() puts nothing off when the server asks for something else with each frame', (t) => {
  mock.timers.enable({ apis: ['setInterval'] });
  t.teardown(() => mock.timers.reset());
  let sent = 0;
  const heartbeat = new Heartbeat(() => (sent += 1));
  heartbeat.start();
  for (let second = 0; second < 120; second++) {
    heartbeat.every(second % 2 === 0 ? 10 : 20);
    mock.timers.tick(1_000);
  }
  heartbeat.stop();
  t.ok(sent >= 6, `${sent} in two minutes`);
  t.end();
});
