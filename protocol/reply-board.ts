import { z } from 'zod';
import { ms } from './config-fields.ts';

const sample = (keep: number, description: string) =>
  z
    .strictObject({
      keep: z
        .int()
        .min(1)
        .max(4_000)
        .default(keep)
        .describe('So many of those that came within the window wait'),
      everyMs: ms(100, 3_600_000, 10_000, 'The window'),
    })
    .prefault({})
    .describe(description);

/** How events wait for an answer. */
export const board = z.strictObject({
  sampling: z
    .strictObject({
      chat: sample(60, 'Chats; beyond it the oldest are let go'),
      enter: sample(30, 'Enters'),
      follow: sample(60, 'Follows'),
      share: sample(30, 'Shares'),
      fansclub: sample(60, 'Joins of the fans club'),
      like: sample(30, 'Likes'),
    })
    .prefault({}),
  smallGiftDiamonds: z
    .int()
    .min(0)
    .max(1_000_000)
    .default(50)
    .describe('Gifts worth less are thanked for together when several viewers wait; 0: each by itself'),
  maxPaidTopics: z
    .int()
    .min(1)
    .max(1_000)
    .default(20)
    .describe('Beyond so many thanks that wait, those to one viewer are joined, then those to several'),
  ageingMs: ms(500, 600_000, 15_000, 'Who has waited so long moves up one step'),
  paidInARow: z
    .int()
    .min(1)
    .max(1_000)
    .default(5)
    .describe('After so many thanks in a row comes one of the others that has waited long'),
  similarity: z
    .number()
    .min(0.5)
    .max(1)
    .default(0.8)
    .describe('Questions whose pairs of characters agree to this part are answered once, to all who asked'),
  chatBurst: z
    .int()
    .min(1)
    .max(1_000)
    .default(3)
    .describe('So many chats of one viewer are answered at once'),
  chatEveryMs: ms(0, 3_600_000, 15_000, 'Then one in so long; 0: all of them'),
  repeatMs: ms(
    0,
    3_600_000,
    60_000,
    'The same question of the same viewer is not answered again within so long',
  ),
  greetAgainMs: ms(
    0,
    86_400_000,
    1_800_000,
    'Nobody is greeted, or thanked for a follow or a share, again within so long',
  ),
});

/** What people may do to the replies. */
export const helm = z.strictObject({
  takeoverMs: ms(
    0,
    3_600_000,
    30_000,
    'When the streamer or a moderator writes, automatic replies pause for so long; 0: they do not',
  ),
  moderators: z.boolean().default(true).describe('Whether moderators take over too, or the streamer alone'),
  pauseMinutes: z
    .int()
    .min(1)
    .max(10_080)
    .default(30)
    .describe('A pause that was given no end ends by itself after so long'),
});
