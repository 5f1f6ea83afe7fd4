import { z } from 'zod';

/** Wide numbers have become strings by now (`parseJson`). */
const id = z
  .union([z.string(), z.int()])
  .transform(String)
  .pipe(z.string().regex(/^[\x21-\x7e]{1,128}$/, { error: 'must be 1–128 printable ASCII characters' }));
const optionalId = id.default('');
const text = z.string().max(4_000);
const name = z.string().max(200).default('');
const count = z.int().min(0).max(0xffff_ffff);
const total = z.int().min(0).default(0);

const user = z.object({
  id: optionalId,
  name,
  level: count.default(0),
  fansLevel: count.default(0),
  isAnchor: z.boolean().default(false),
  isAdmin: z.boolean().default(false),
  secUid: z.string().max(200).default(''),
});

const common = {
  id: id.describe('The same each time the event is sent: one that is known is not taken again'),
  at: z.int().min(0).optional().describe('Unix milliseconds; without it the time at which it comes'),
  user: user.optional(),
};

/** One event, as anybody may send it. Fields that are not known are passed over, so that senders may be newer. */
export const genericEvent = z.discriminatedUnion('kind', [
  z.object({ ...common, kind: z.literal('chat'), text: text.min(1) }),
  z.object({
    ...common,
    kind: z.literal('gift'),
    gift: z.object({
      id: optionalId,
      name,
      count: count.min(1).optional().describe('How many this event adds'),
      total: count.min(1).optional().describe('How many the streak has come to'),
      price: count.default(0).describe('Of one, in the platform’s currency'),
    }),
    streak: optionalId.describe('Number of the streak: with it, gift.total is what counts'),
    streakEnd: z.boolean().default(false),
  }),
  z.object({ ...common, kind: z.literal('like'), count: count.min(1).default(1), total }),
  z.object({ ...common, kind: z.literal('enter'), viewers: total }),
  z.object({ ...common, kind: z.literal('follow'), followers: total }),
  z.object({ ...common, kind: z.literal('share'), target: text.default('') }),
  z.object({
    ...common,
    kind: z.literal('fansclub'),
    action: z.enum(['join', 'upgrade']).default('join'),
    level: count.default(0),
  }),
  z.object({
    ...common,
    kind: z.literal('order'),
    order: z.object({
      id: optionalId,
      status: z.string().max(64).default('paid'),
      productId: optionalId,
      product: text.default(''),
      count: count.min(1).default(1),
    }),
  }),
  z.object({
    ...common,
    kind: z.literal('product'),
    product: z.object({
      id: optionalId,
      title: text.default(''),
      price: z.string().max(64).default(''),
      index: count.default(0),
      action: z.string().max(64).default('explain'),
    }),
  }),
  z.object({ ...common, kind: z.literal('stats'), online: total, total, text: text.default('') }),
  z.object({
    ...common,
    kind: z.literal('control'),
    action: z.enum(['pause', 'resume', 'end']),
    text: text.default(''),
  }),
]);

export type GenericEvent = z.output<typeof genericEvent>;
