import t from 'tap';
import { HangUps } from '../../../../workers/ingest/douyin/hang-ups.ts';

void t.test('take() waits as long as the server asks with 1001, 1012 and 1013', async (t) => {
  const hangUps = new HangUps();
  t.same(
    [1001, 1012, 1013, 1011].map((code) => hangUps.take(code, 300_000).waitMs),
    [2_000, 3_000, 5_000, 0],
  );
});

for (const [code, trouble] of [
  [1000, 'closed'],
  [1007, 'business'],
  [1008, 'business'],
  ['close', 'closed'],
] as const) {
  void t.test(
    `take() treats ${code} as the server's word, ever more slowly while it is repeated`,
    async (t) => {
      const hangUps = new HangUps();
      const take = (openForMs: number) => hangUps.take(code, openForMs);
      t.same(
        [0, 0, 0].map((ms) => take(ms).waitMs),
        [1_000, 2_000, 4_000],
      );
      t.match(take(0), { trouble });
      for (let count = 0; count < 9; count++) take(0);
      t.equal(take(0).waitMs, 60_000);
      t.equal(take(600_000).waitMs, 0, 'that one had held');
      t.equal(take(0).waitMs, 1_000);
    },
  );
}

void t.test('take() tells 1006 after some 20 s from other cuts, once it is repeated', async (t) => {
  const hangUps = new HangUps();
  t.match(hangUps.take(1006, 21_000), { isPongLate: false, trouble: 'network', reason: /pong/ });
  t.match(hangUps.take(1006, 21_400), { isPongLate: true });
  t.match(hangUps.take(1006, 300_000), { isPongLate: false, isHostBad: false });
  t.match(hangUps.take(1006, 500), { isPongLate: false, isHostBad: true, waitMs: 0 });
});
