import { z } from 'zod';

/** A gift as the platform sells it. `combo`: may be pressed again and again as one streak. */
export type Gift = {
  readonly id: number;
  readonly name: string;
  readonly diamonds: number;
  readonly combo: boolean;
};

/** Gifts of the simulated shop, cheap ones first. The last two are large: plain, and usually without an end message. */
export const GIFTS: readonly [Gift, ...Gift[]] = [
  { id: 463, name: '小心心', diamonds: 1, combo: true },
  { id: 165, name: '玫瑰', diamonds: 1, combo: true },
  { id: 2002, name: '大啤酒', diamonds: 2, combo: true },
  { id: 3242, name: '棒棒糖', diamonds: 9, combo: true },
  { id: 685, name: '粉丝灯牌', diamonds: 1, combo: false },
  { id: 4021, name: '爱的纸鹤', diamonds: 99, combo: true },
  { id: 1801, name: '热气球', diamonds: 520, combo: false },
  { id: 3992, name: '嘉年华', diamonds: 30_000, combo: false },
];

/** A gift in a script or a request: a name of {@link GIFTS}, or one of its own. */
export const giftSchema = z
  .union([
    z.string().refine((name) => giftNamed(name) !== undefined, {
      error: `must be one of ${GIFTS.map(({ name }) => name).join(', ')}, or {id, name, diamonds, combo}`,
    }),
    z.strictObject({
      id: z.int().min(1),
      name: z.string().min(1),
      diamonds: z.int().min(0),
      combo: z.boolean(),
    }),
  ])
  .default(GIFTS[0].name)
  .transform((given): Gift => (typeof given === 'string' ? (giftNamed(given) ?? GIFTS[0]) : given));

function giftNamed(name: string): Gift | undefined {
  return GIFTS.find((gift) => gift.name === name);
}
