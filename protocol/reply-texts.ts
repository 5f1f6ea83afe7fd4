import { z } from 'zod';
import { defaultAnnouncements, defaultTemplates } from './default-texts.ts';
import { answerableKinds } from './event.ts';
import type { AnswerableKind } from './event.ts';
import { ms } from './config-fields.ts';
import { commonFields, countdownFields, fieldsOfKinds } from './phrase-fields.ts';
import { phraseProblem } from './phrase.ts';

/** A text with `{field}` and `{one|or|another}`, of `least` characters. */
export const phrase = (fields: readonly string[], least = 1) =>
  z
    .string()
    .min(least)
    .superRefine((text, context) => {
      const message = phraseProblem(text, fields);
      if (message !== undefined) context.addIssue({ code: 'custom', message });
    });

const phrases = (kind: AnswerableKind, fallback: string[], least = 0) =>
  z
    .array(phrase(fieldsOfKinds([kind])))
    .min(least)
    .default(fallback);

export const templates = z.strictObject({
  chat: phrases('chat', defaultTemplates.chat).describe('When no rule matches; empty: say nothing'),
  gift: phrases('gift', defaultTemplates.gift, 1),
  gifts: phrases('gift', defaultTemplates.gifts, 1).describe(
    'For gifts of several viewers at once; {nicknames}: up to five, joined',
  ),
  order: phrases('order', defaultTemplates.order, 1),
  enter: phrases('enter', defaultTemplates.enter).describe('{nicknames}: up to five, joined'),
  follow: phrases('follow', defaultTemplates.follow),
  share: phrases('share', defaultTemplates.share),
  fansclub: phrases('fansclub', defaultTemplates.fansclub),
  like: phrases('like', defaultTemplates.like),
});

const clock = z
  .string()
  .regex(/^(([01]?\d|2[0-3]):[0-5]\d|24:00)$/, { error: 'must be a time of day such as 09:30' });

const days = z
  .array(z.int().min(1).max(7))
  .default([])
  .describe('Days of the week on which it begins, 1 (Monday) to 7; empty: all');

const timeWindow = z.strictObject({
  from: clock.default('00:00'),
  to: clock.default('24:00').describe('Before `from`: on the next day'),
  days,
});

export const rule = z
  .strictObject({
    id: z.string().min(1).describe('Name in logs and outcomes'),
    kinds: z
      .array(z.enum(answerableKinds))
      .min(1)
      .default(['chat'])
      .describe('Kinds of events that the rule looks at'),
    keywords: z.array(z.string().min(1)).default([]).describe('One of them must occur in the text'),
    pattern: z
      .string()
      .default('')
      .refine(isPattern, { error: 'must be a regular expression' })
      .describe('Regular expression that the text must match'),
    minDiamonds: z.int().min(0).default(0).describe('Least worth of all gifts that are thanked for together'),
    minCount: z.int().min(0).default(0).describe('Least number of gifts, likes or pieces ordered'),
    minFansLevel: z.int().min(0).default(0).describe('Least level in the fans club of one of the viewers'),
    times: z.array(timeWindow).default([]).describe('When it applies; empty: always'),
    rooms: z.array(z.string().min(1)).default([]).describe('Rooms in which it applies; empty: all'),
    products: z
      .array(z.string().min(1))
      .default([])
      .describe('Ids, or parts of titles: one of these has to be on show; empty: whatever is'),
    say: z
      .array(z.string().min(1))
      .min(1)
      .describe(
        'One is drawn, none again before all were; {one|or|another}, {nickname}, {text}, {gift}, {count}, {product.price} …',
      ),
  })
  .superRefine(({ kinds, say }, context) => {
    for (const [index, text] of say.entries()) {
      const message = phraseProblem(text, fieldsOfKinds(kinds));
      if (message !== undefined) context.addIssue({ code: 'custom', path: ['say', index], message });
    }
  });

export const idleScript = z.strictObject({
  id: z.string().min(1),
  product: z
    .string()
    .default('')
    .describe(
      'Id, or part of the title: spoken only while this product is on show, first of all; empty: always',
    ),
  lines: z
    .array(phrase(commonFields))
    .min(1)
    .describe('Spoken in order; replies come in between. {one|or|another} for variants'),
});

const countdown = z.strictObject({
  id: z.string().min(1),
  name: z.string().min(1).describe('What it is that begins then: {name}'),
  at: clock,
  days,
  minutesBefore: z
    .array(z.int().min(1).max(1_439))
    .min(1)
    .default([30, 10, 5, 1])
    .describe('So many minutes ahead it is said'),
  say: z.array(phrase(countdownFields)).min(1).default(defaultAnnouncements.countdown),
});

/** What is said while nobody writes. */
export const director = z.strictObject({
  order: z.enum(['sequence', 'shuffle']).default('sequence').describe('Order of the scripts in each round'),
  leadMs: ms(500, 60_000, 5_000, 'The next line is asked for when less than this is left to be heard'),
  pauseMs: ms(0, 10_000, 0, 'Silence between two lines; past audio.fillers.afterMs fillers are heard in it'),
  repeatMs: ms(
    0,
    86_400_000,
    600_000,
    'A line is not said again within so long, while there is another that was not',
  ),
  timeCall: z
    .strictObject({
      everyMs: ms(0, 86_400_000, 1_800_000, 'How often the time is told; 0: never'),
      say: z.array(phrase(commonFields)).min(1).default(defaultAnnouncements.timeCalls),
    })
    .prefault({}),
  countdowns: z.array(countdown).default([]).describe('Spoken ahead of a time of day'),
  introductions: z
    .array(phrase(commonFields))
    .default(defaultAnnouncements.introductions)
    .describe('Said when a product is put on show; empty: nothing'),
  rewrites: z
    .strictObject({
      perLine: z
        .int()
        .min(0)
        .max(20)
        .default(0)
        .describe('Further wordings of each line, written ahead of time by reply.model and checked; 0: none'),
      perHour: z.int().min(1).max(36_000).default(60).describe('Requests for them, at the most'),
      quietMs: ms(0, 3_600_000, 20_000, 'Asked for only when no viewer has needed the model for so long'),
      dailyShare: z
        .number()
        .min(0)
        .max(1)
        .default(0.2)
        .describe('Of reply.model.daily, at the most: the rest is for viewers'),
      maxRejected: z
        .int()
        .min(1)
        .max(100)
        .default(6)
        .describe('In a row of one line that could not be used; then it is left alone until it changes'),
    })
    .prefault({})
    .describe('The same said in other words, so that a script that comes round again is not the same'),
});

function isPattern(text: string): boolean {
  try {
    return new RegExp(text, 'u') instanceof RegExp;
  } catch {
    return false;
  }
}
