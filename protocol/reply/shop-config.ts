import { z } from 'zod';
import { ms } from '../config-fields.ts';

const sentence = (description: string) => z.string().max(300).default('').describe(description);
const sentences = (description: string) =>
  z.array(z.string().min(1).max(300)).default([]).describe(description);
const price = (description: string) =>
  z
    .string()
    .regex(/^(\d{1,8}(\.\d{1,2})?)?$/, { error: 'must be an amount such as "39.9", in quotes' })
    .default('')
    .describe(description);

export const faqSchema = z.strictObject({
  ask: z.array(z.string().min(1).max(100)).min(1).describe('Ways in which people ask for it'),
  answer: z.string().min(1).max(300).describe('What is said, as it stands here'),
});

export const productSchema = z.strictObject({
  id: z.string().default('').describe("The platform's id of the product, as text"),
  number: z.int().min(0).max(9_999).default(0).describe('Of its link in the room (一号链接); 0: none'),
  name: z.string().min(1).max(100),
  aliases: z.array(z.string().min(1).max(100)).default([]).describe('Other names that people use'),
  price: price('What it costs in this room'),
  originalPrice: price('What it costs elsewhere'),
  unit: z.string().max(8).default('').describe('What the price is for: 件, 斤, 盒 …'),
  stock: z.int().min(-1).default(-1).describe('How many there are; -1: not known'),
  points: sentences('Selling points, a sentence each'),
  specs: z
    .record(z.string().min(1).max(20), z.string().min(1).max(300))
    .default({})
    .describe('材质, 尺码, 颜色 … and what is said about them'),
  coupon: sentence('Discounts of this product'),
  shipping: sentence('When and how it is sent, when it differs from the shop'),
  afterSales: sentence('Returns and repair, when they differ from the shop'),
  faq: z.array(faqSchema).default([]),
});

/** What stands in the file of a shop. */
export const shopDataSchema = z.strictObject({
  products: z.array(productSchema).max(2_000).default([]),
  faq: z.array(faqSchema).max(2_000).default([]).describe('Questions that are about no product'),
  coupon: sentence('Discounts of the shop'),
  shipping: sentence('When and how things are sent'),
  afterSales: sentence('Returns and repair'),
});

/** What the shop sells and promises: nothing else is ever said about prices, stock and promises. */
export const shopSchema = shopDataSchema.extend({
  file: z
    .string()
    .default('')
    .describe('YAML file with the same fields, instead of writing them here; read again when it changes'),
  csv: z
    .string()
    .default('')
    .describe(
      'CSV file with products, first line 编号,名称,别名,价格,原价,单位,库存,卖点,优惠,发货,售后 or in English',
    ),
  lookEveryMs: ms(100, 3_600_000, 2_000, 'How often the files are looked at'),
  synonyms: z
    .array(z.array(z.string().min(1).max(20)).min(2))
    .default([])
    .describe('Words that mean the same in this shop, beside those that are built in'),
  threshold: z
    .number()
    .min(0)
    .max(1)
    .default(0.6)
    .describe('Share of what a question says that an entry must cover; below it there is no answer'),
  askBack: z
    .string()
    .max(100)
    .default('您问的是几号链接呀？')
    .describe('Said when it is not clear which product is meant; empty: nothing'),
  soldOut: z
    .string()
    .max(100)
    .default('这一款已经拍完了，可以看看其他链接。')
    .describe('Said of a stock of 0'),
});

export type ShopConfig = z.infer<typeof shopSchema>;
export type ShopData = z.infer<typeof shopDataSchema>;
export type Product = z.infer<typeof productSchema>;
export type Faq = z.infer<typeof faqSchema>;
