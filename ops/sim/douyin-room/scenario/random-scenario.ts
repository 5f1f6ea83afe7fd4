import { makeCast } from './cast.ts';
import { makeChatLine } from './chat-lines.ts';
import { GIFTS } from './gifts.ts';
import { readItem, type RoomItem, type RoomItemInput, type RoomItemKind } from './item.ts';
import type { ScheduledAct } from './schedule.ts';
import { SeededRandom } from './seeded-random.ts';
import { readStreak, streakItems } from './streak.ts';
import { initial, type Viewer } from './viewer.ts';

/** Occurrences per minute. For `like` a burst and for `gift` a streak counts as one. */
export type Rates = Readonly<Record<Exclude<RoomItemKind, 'control' | 'screen' | 'tickets'>, number>>;

/** A friendly room that does not flood: a chat each 5 s, an entry each 3 s, a streak each 12 s, a follow each 20 s. */
export const FRIENDLY_RATES: Rates = {
  chat: 12,
  enter: 20,
  like: 6,
  gift: 5,
  follow: 3,
  emoji: 0.6,
  share: 0.7,
  fansclub: 0.5,
  audience: 6,
  stats: 6,
  product: 0.5,
  shopping: 0.3,
  ecom: 1,
  notice: 0.2,
  rank: 3,
  banner: 1,
  unknown: 1,
};

export type RandomScenarioOptions = {
  readonly seed: number;
  readonly rates: Rates;
  readonly castSize: number;
  /** Unix second of the first act; streaks are named for the second in which they begin. */
  readonly startSecond: number;
};

/**
 * Plays a room without end. The seed decides who does what and when; the start second only shifts the names of streaks.
 */
export function* randomScenario(options: RandomScenarioOptions): Generator<ScheduledAct, void, undefined> {
  const random = new SeededRandom(options.seed);
  const cast = makeCast(random, options.castSize);
  const sources = Object.entries(options.rates)
    .filter(([, perMinute]) => perMinute > 0)
    .map(([kind, perMinute]) => ({
      kind: kind as keyof Rates,
      meanMs: 60_000 / perMinute,
      nextMs: firstMs(kind, 60_000 / perMinute, random),
    }));
  const names = new Map<string, number>();
  const pending: { atMs: number; item: RoomItem }[] = [];

  while (sources.length > 0) {
    const source = sources.reduce((first, other) => (other.nextMs < first.nextMs ? other : first));
    while (pending[0] !== undefined && pending[0].atMs <= source.nextMs) {
      const due = pending.shift();
      if (due !== undefined) yield { do: 'say', ...due };
    }
    const second = options.startSecond + Math.floor(source.nextMs / 1000);
    for (const { atMs, item } of occurrence(source.kind, cast, random)) {
      const named =
        item.kind === 'gift' ? { ...item, groupId: nameStreak(names, item, atMs === 0, second) } : item;
      pending.push({ atMs: source.nextMs + atMs, item: named });
    }
    pending.sort((one, other) => one.atMs - other.atMs);
    // Poisson arrivals, without the extremes: neither two at once nor a hole that looks like a broken feed.
    const gap = Math.min(2.5, Math.max(0.3, -Math.log(1 - random.next())));
    source.nextMs += Math.max(1, Math.round(source.meanMs * gap));
  }
}

/** Somebody comes in and says something within the first second; the rest spreads over its first period. */
function firstMs(kind: string, meanMs: number, random: SeededRandom): number {
  const spread = Math.round(random.next() * meanMs);
  if (kind === 'enter') return Math.min(150, spread);
  if (kind === 'chat') return Math.min(600, spread);
  return spread;
}

/** Names a streak for its second; a viewer who gives the same thing twice in it gets the next one, as sums need it. */
function nameStreak(names: Map<string, number>, item: GiftItem, first: boolean, second: number): string {
  const key = `${item.user.id}/${item.gift.id}`;
  const last = names.get(key) ?? 0;
  const name = first ? Math.max(second, last + 1) : last;
  names.set(key, name);
  return `${name}`;
}

type GiftItem = Extract<RoomItem, { kind: 'gift' }>;

function occurrence(
  kind: keyof Rates,
  cast: readonly [Viewer, ...Viewer[]],
  random: SeededRandom,
): { atMs: number; item: RoomItem }[] {
  const user = random.pick(cast);
  const once = (input: RoomItemInput) => [{ atMs: 0, item: readItem(input) }];
  switch (kind) {
    case 'chat':
      return once({
        kind,
        user,
        text: makeChatLine(random),
        createTime: random.chance(0.7) ? 'absent' : random.chance(0.5) ? 'seconds' : 'milliseconds',
      });
    case 'gift':
      return giveGift(user, random);
    case 'like':
      return Array.from({ length: random.whole(2, 5) }, (_, index) => ({
        atMs: index * random.whole(300, 900),
        item: readItem({ kind, user, count: random.whole(1, 15) }),
      })).toSorted((one, other) => one.atMs - other.atMs);
    case 'enter':
      return once({ kind, user, viaShare: random.chance(0.1) });
    case 'share':
      return once({ kind, user, target: random.pick(['1', '2', '5', '112']) });
    case 'fansclub':
      return once({ kind, user, action: random.chance(0.7) ? 'join' : 'upgrade' });
    case 'follow':
    case 'emoji':
    case 'rank':
      return once({ kind, user });
    case 'audience':
    case 'stats':
      return once({ kind, online: random.whole(20, 60) });
    case 'product':
      return once({
        kind,
        promotionId: `360123456789012345${random.whole(0, 9)}`,
        index: random.whole(1, 8),
      });
    case 'shopping':
      return once({ kind, soldOut: random.chance(0.2) });
    case 'ecom':
      return once({ kind, nickname: `${initial(user.nickname)}**`, purchaseCount: random.whole(1, 9) });
    case 'notice':
      return once({ kind, text: '欢迎来到直播间！平台严禁未成年人直播或打赏。' });
    case 'banner':
    case 'unknown':
      return once({ kind });
  }
}

function giveGift(user: Viewer, random: SeededRandom): { atMs: number; item: RoomItem }[] {
  const gift = random.chance(0.97) ? random.pick([GIFTS[0], ...GIFTS.slice(1, 6)]) : random.pick(GIFTS);
  const preset = gift.combo && random.chance(0.08) ? random.pick([66, 188]) : 1;
  const presses = gift.combo && preset === 1 ? (random.chance(0.04) ? 105 : random.whole(1, 9)) : 1;
  const large = gift.diamonds >= 500 || presses > 99;
  const streak = readStreak({
    user,
    gift: { ...gift },
    presses,
    groupCount: preset,
    intervalMs: presses > 99 ? 120 : random.whole(250, 700),
    unsteady: true,
    end: !large,
  });
  return streakItems(streak, '0', random);
}
