import { z } from 'zod';
import { giftSchema } from './gifts.ts';
import { describeIssues, type RoomItem } from './item.ts';
import type { SeededRandom } from './seeded-random.ts';
import { planStreak } from './streak-plan.ts';
import { viewerSchema } from './viewer.ts';

const streakSchema = z.strictObject({
  kind: z.literal('streak').default('streak'),
  user: viewerSchema,
  gift: giftSchema,
  presses: z.int().min(1).max(10_000).default(3),
  groupCount: z.int().min(1).default(1),
  intervalMs: z.int().min(0).default(400),
  unsteady: z.boolean().default(false),
  end: z.boolean().default(true),
  /** Quiet time before the end's message; null: 2 to 4 s as recorded. */
  quietMs: z.int().min(0).nullable().default(null),
  /** Without it the unix second of the first press, as on the platform. */
  groupId: z
    .string()
    .regex(/^\d{1,19}$/, 'must be a decimal number as a string')
    .nullable()
    .default(null),
});

/** A whole gift streak, which becomes several gift items. */
export type Streak = z.output<typeof streakSchema>;
export type StreakInput = z.input<typeof streakSchema>;

/** A gift item with its time from the first press. */
export type StreakItem = { readonly atMs: number; readonly item: RoomItem };

/** @throws {TypeError} telling every wrong field with its path. */
export function readStreak(input: unknown): Streak {
  const read = streakSchema.safeParse(input);
  if (read.success) return read.data;
  throw new TypeError(`Cannot give this streak: ${describeIssues(read.error)}`);
}

/** Turns a streak into its gift items. */
export function streakItems(streak: Streak, groupId: string, random: SeededRandom): StreakItem[] {
  return planStreak({ ...streak, combo: streak.gift.combo }, random).map(({ atMs, ...counts }) => ({
    atMs,
    item: {
      kind: 'gift',
      user: streak.user,
      gift: streak.gift,
      groupId: streak.groupId ?? groupId,
      createTime: 'milliseconds',
      ...counts,
    },
  }));
}
