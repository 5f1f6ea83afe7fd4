import t from 'tap';
import {
  FRIENDLY_RATES,
  randomScenario,
  type Rates,
} from '../../../../../ops/sim/douyin-room/scenario/random-scenario.ts';
import type { ScheduledAct } from '../../../../../ops/sim/douyin-room/scenario/schedule.ts';

function play(seed: number, untilMs: number, rates: Rates = FRIENDLY_RATES): ScheduledAct[] {
  const played: ScheduledAct[] = [];
  for (const act of randomScenario({ seed, rates, castSize: 40, startSecond: 1_790_000_000 })) {
    if (act.atMs >= untilMs) break;
    played.push(act);
  }
  return played;
}

const itemsOf = (acts: readonly ScheduledAct[]) => acts.flatMap((act) => (act.do === 'say' ? [act] : []));

void t.test('randomScenario() repeats itself for a seed, and not for another', async (t) => {
  const minute = play(7, 60_000);
  t.same(play(7, 60_000), minute);
  t.notSame(play(8, 60_000), minute);
});

void t.test('randomScenario() goes forward in time and begins within the first second', async (t) => {
  const broken: string[] = [];
  for (let seed = 0; seed < 20; seed++) {
    const acts = play(seed, 600_000);
    if (acts.some(({ atMs }, index) => atMs < (acts[index - 1]?.atMs ?? 0)))
      broken.push(`seed ${seed} goes back`);
    const early = new Set(itemsOf(acts).flatMap(({ atMs, item }) => (atMs < 1000 ? [item.kind] : [])));
    if (!early.has('chat') || !early.has('enter')) broken.push(`seed ${seed} begins late`);
  }
  t.same(broken, []);
});

void t.test('randomScenario() keeps to its rates', async (t) => {
  const kinds = Object.groupBy(itemsOf(play(3, 3_600_000)), ({ item }) => item.kind);
  for (const [kind, perHour] of [
    ['chat', 720],
    ['enter', 1200],
    ['follow', 180],
  ] as const) {
    const found = kinds[kind]?.length ?? 0;
    t.ok(found > perHour * 0.75 && found < perHour * 1.25, `${found} of ${kind}`);
  }
  t.ok(
    ['emoji', 'share', 'fansclub', 'ecom', 'product', 'shopping', 'unknown', 'rank'].every(
      (kind) => kind in kinds,
    ),
  );
});

void t.test('randomScenario() holds what clients stumble over', async (t) => {
  const items = itemsOf(play(5, 3_600_000)).map(({ item }) => item);
  const chats = items.filter((item) => item.kind === 'chat');
  const gifts = items.filter((item) => item.kind === 'gift');
  t.ok(
    chats.some(({ text }) => text.includes('[')),
    'emoji in brackets',
  );
  t.ok(
    chats.some(({ text }) => text.includes('https://')),
    'addresses',
  );
  t.ok(
    chats.some(({ user }) => BigInt(user.id) > 2n ** 53n),
    'ids past 2^53',
  );
  t.ok(
    chats.some(({ user }) => user.id === '111111' && user.nickname.endsWith('***')),
    'guests',
  );
  t.ok(
    chats.some(({ createTime }) => createTime === 'absent'),
    'no create_time',
  );
  t.ok(
    gifts.some(({ groupCount }) => groupCount > 1),
    'presets',
  );
  t.ok(
    gifts.some(({ repeatEnd }) => repeatEnd),
    'ends',
  );
});

void t.test('randomScenario() gives no two streaks of a viewer and gift one name', async (t) => {
  const rates = { ...FRIENDLY_RATES, gift: 600 };
  const starts = new Map<string, number>();
  for (const { item } of itemsOf(play(2, 300_000, rates))) {
    if (item.kind !== 'gift' || !item.repeatEnd) continue;
    const key = `${item.user.id}/${item.gift.id}/${item.groupId}`;
    starts.set(key, (starts.get(key) ?? 0) + 1);
  }
  t.ok(starts.size > 500);
  t.same(
    [...starts.values()].filter((ends) => ends > 1),
    [],
  );
});

void t.test('randomScenario() with all rates at zero is over at once', async (t) => {
  const none = Object.fromEntries(Object.keys(FRIENDLY_RATES).map((kind) => [kind, 0]));
  t.same(play(1, 1000, { ...FRIENDLY_RATES, ...none }), []);
});
