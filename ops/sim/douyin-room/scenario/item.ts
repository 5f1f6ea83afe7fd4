import { z } from 'zod';
import { giftSchema } from './gifts.ts';
import { viewerSchema } from './viewer.ts';

const count = z.int().min(0);
const decimal = z.string().regex(/^\d{1,19}$/, 'must be a decimal number as a string');

/** Recorded rooms leave create_time out of chats and entries, and write it in ms or in s elsewhere. */
const createTime = z.enum(['absent', 'seconds', 'milliseconds']);
const noTime = createTime.default('absent');
const msTime = createTime.default('milliseconds');

const viewer = { user: viewerSchema };

/** Every thing that can happen in the room, one message on the wire each; `kind` tells them apart. */
export const roomItemSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('chat'),
    ...viewer,
    text: z.string().min(1),
    /** 9 = the password of a lucky bag, which is no real chat. */
    chatBy: count.default(0),
    createTime: noTime,
  }),
  z.strictObject({
    kind: z.literal('emoji'),
    ...viewer,
    text: z.string().default('[比心]'),
    emojiId: decimal.default('6901'),
    createTime: noTime,
  }),
  z.strictObject({
    kind: z.literal('gift'),
    ...viewer,
    gift: giftSchema,
    /** Names a streak of one viewer; looks like a unix second and may collide between viewers. */
    groupId: decimal.default('0'),
    groupCount: count.default(1),
    comboCount: count.default(1),
    repeatCount: count.default(1),
    totalCount: count.default(1),
    repeatEnd: z.boolean().default(false),
    /** 4 combo, 1 plain, 0 instant multi. */
    sendType: count.default(4),
    createTime: msTime,
  }),
  z.strictObject({ kind: z.literal('like'), ...viewer, count: count.default(1), createTime: msTime }),
  z.strictObject({
    kind: z.literal('enter'),
    ...viewer,
    /** 1 = entry; the other values of MemberMessage.action are none. */
    action: count.default(1),
    viaShare: z.boolean().default(false),
    createTime: noTime,
  }),
  z.strictObject({ kind: z.literal('follow'), ...viewer, createTime: msTime }),
  z.strictObject({
    kind: z.literal('share'),
    ...viewer,
    /** 1 微信, 2 朋友圈, 3 微博, 4 QQ空间, 5 QQ, 112 好友. */
    target: z.string().default('1'),
    createTime: msTime,
  }),
  z.strictObject({
    kind: z.literal('fansclub'),
    ...viewer,
    action: z.enum(['join', 'upgrade']).default('join'),
    createTime: msTime,
  }),
  z.strictObject({
    kind: z.literal('audience'),
    online: count.nullable().default(null),
    createTime: msTime,
  }),
  z.strictObject({ kind: z.literal('stats'), online: count.nullable().default(null), createTime: msTime }),
  z.strictObject({
    kind: z.literal('product'),
    promotionId: decimal.default('3601234567890123456'),
    index: count.default(1),
    explainType: count.default(1),
    toast: z.string().default(''),
    createTime: msTime,
  }),
  z.strictObject({
    kind: z.literal('shopping'),
    promotionId: decimal.default('3601234567890123456'),
    msgType: count.default(2),
    title: z.string().default('云南手工鲜花饼 10枚装'),
    price: z.string().default('29.9'),
    soldOut: z.boolean().default(false),
    createTime: msTime,
  }),
  z.strictObject({
    kind: z.literal('control'),
    /** 1 pause, 2 resume, 3 finish, 4 finish by admin, 6 finish by switch. */
    action: count,
    tips: z.string().default(''),
    violationReason: z.string().default(''),
    createTime: msTime,
  }),
  z.strictObject({ kind: z.literal('notice'), text: z.string().min(1), createTime: msTime }),
  z.strictObject({
    kind: z.literal('ecom'),
    nickname: z.string().default('小**'),
    purchaseCount: count.default(1),
    text: z.string().default('正在购买'),
    createTime: msTime,
  }),
  /** A chat that runs over the whole screen; `privileged` is another message of the same looks. */
  z.strictObject({
    kind: z.literal('screen'),
    ...viewer,
    text: z.string().min(1),
    privileged: z.boolean().default(false),
    createTime: noTime,
  }),
  /** What all gifts have come to. */
  z.strictObject({ kind: z.literal('tickets'), count: count.nullable().default(null), createTime: msTime }),
  z.strictObject({ kind: z.literal('rank'), ...viewer, createTime: msTime }),
  z.strictObject({ kind: z.literal('banner'), createTime: msTime }),
  z.strictObject({
    kind: z.literal('unknown'),
    method: z.string().min(1).default('WebcastFromTheFutureMessage'),
    /** The payload as base64; without it a payload that is no protobuf at all. */
    payload: z.base64().default('//////////8='),
    createTime: msTime,
  }),
]);

/** An item with every field filled in. */
export type RoomItem = z.output<typeof roomItemSchema>;
/** An item as a script or a caller writes it: everything but the essential may be left out. */
export type RoomItemInput = z.input<typeof roomItemSchema>;
export type RoomItemKind = RoomItem['kind'];

/** Kinds that clients have to ignore; their frames ask for no ack, and they go on after the broadcast's end. */
export const NOISE: ReadonlySet<string> = new Set<RoomItemKind>(['rank', 'banner', 'unknown', 'stats']);

/**
 * Fills in an item.
 *
 * @throws {TypeError} telling every wrong field with its path.
 */
export function readItem(input: unknown): RoomItem {
  const read = roomItemSchema.safeParse(input);
  if (read.success) return read.data;
  throw new TypeError(`Cannot say this in the room: ${describeIssues(read.error)}`);
}

/** Writes what a schema found wrong as one line: *user.id must be …; count Invalid input …*. */
export function describeIssues(error: z.ZodError): string {
  return error.issues.map(({ path, message }) => `${path.join('.') || 'input'}: ${message}`).join('; ');
}
