import { pino } from 'pino';
import { z } from 'zod';
import type { Config } from '../protocol/config.ts';
import type { LiveEvent } from '../protocol/event.ts';
import { describeFailure, toFailure } from '../protocol/failure.ts';
import { formatPath } from '../protocol/read-config.ts';
import { Board } from '../workers/reply/board.ts';
import { RoomMind } from '../workers/reply/room-mind.ts';
import { openRoomVoices } from '../workers/reply/room-voices.ts';

/** What would become of an event. */
export interface Trial {
  room: string;
  /** Where the answer comes from; empty: there is none. */
  from: string;
  /** What would be said, with one of all choices; missing: nothing. */
  say?: string;
  /** Why nothing would be said. */
  reason?: string;
  /** The texts of the rule or template that one is drawn from, as they stand in the configuration. */
  texts: string[];
}

const tryMs = 30_000;
const whole = z.int().min(0);
const text = z.string();

const viewer = z.strictObject({
  id: text.default('1'),
  nickname: text.default('小明'),
  level: whole.default(1),
  fansLevel: whole.default(0),
  isAnchor: z.boolean().default(false),
  isAdmin: z.boolean().default(false),
  secUid: text.default(''),
});

const common = { viewer: viewer.nullable().prefault({}), id: text.default('') };

const eventSchema = z.discriminatedUnion('kind', [
  z.strictObject({ ...common, kind: z.literal('chat'), text, luckyBag: z.boolean().default(false) }),
  z.strictObject({
    ...common,
    kind: z.literal('gift'),
    giftId: text.default('1'),
    name: text.default(''),
    count: whole.default(1),
    total: whole.default(1),
    diamonds: whole.default(1),
    streak: text.default(''),
    streakEnd: z.boolean().default(true),
  }),
  z.strictObject({ ...common, kind: z.literal('like'), count: whole.default(1), total: whole.default(1) }),
  z.strictObject({ ...common, kind: z.literal('enter'), viewers: whole.default(0) }),
  z.strictObject({ ...common, kind: z.literal('follow'), followers: whole.default(0) }),
  z.strictObject({ ...common, kind: z.literal('share'), target: text.default('') }),
  z.strictObject({
    ...common,
    kind: z.literal('fansclub'),
    action: text.default('join'),
    level: whole.default(1),
  }),
  z.strictObject({
    ...common,
    kind: z.literal('order'),
    orderId: text.default(''),
    status: text.default('purchased'),
    productId: text.default(''),
    product: text.default(''),
    count: whole.default(1),
  }),
  z.strictObject({
    ...common,
    kind: z.literal('product'),
    action: text.default('explain'),
    productId: text.default(''),
    title: text.default(''),
    price: text.default(''),
    index: whole.default(0),
  }),
  z.strictObject({
    ...common,
    kind: z.literal('stats'),
    online: whole.default(0),
    total: whole.default(0),
    text: text.default(''),
  }),
]);

/** Events that somebody typed as JSON, one or a list. Throws in one sentence for what is none. */
export function readTrialEvents(json: string, room: string, now: number): LiveEvent[] {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new Error(`--event must be JSON such as {"kind":"chat","text":"多少钱"}`, { cause });
  }
  const list = Array.isArray(value) ? value : [value];
  if (list.length === 0) throw new Error('--event has no event in its list');
  return list.map((item, index) => {
    const parsed = eventSchema.safeParse(item);
    if (!parsed.success) {
      const place = Array.isArray(value) ? [index] : [];
      const problems = parsed.error.issues.map(({ path, message }) => {
        const at = formatPath([...place, ...path]);
        return `${at === '(file)' ? 'the event' : at}: ${message}`;
      });
      throw new Error(`--event is no event: ${problems.join('; ')}`);
    }
    const times = { at: now, receivedAt: now, expiresAt: now + 60_000 };
    const id = parsed.data.id || `${room}:trial:${index + 1}`;
    return { ...parsed.data, ...times, id, room, platform: 'trial' };
  });
}

/** What would be said to the last of these events, all of them having come at once. Puts nothing out. */
export async function tryEvent(
  events: LiveEvent[],
  { room, config, now }: { room: string; config: Config; now: number },
): Promise<Trial> {
  const { reply } = config;
  const failures: string[] = [];
  const onFailure = (error: unknown, name: string) =>
    void failures.push(`${name}: ${describeFailure(toFailure(error))}`);
  const log = pino({ level: 'silent' });
  await using voices = await openRoomVoices({ config: reply, log });
  const { words, answerers } = voices;
  const mind = new RoomMind({ room, config: reply, words, answerers, onFailure });
  const board = new Board({ ...reply, ...reply.board });
  const nothing = (reason: string): Trial => ({ room, from: '', reason, texts: [] });
  for (const event of events) mind.learn(event);
  const event = events.at(-1);
  if (!event) return nothing('there is no event');
  const read = mind.read(event, now, false);
  if ('what' in read) return nothing(`${read.what}: ${read.reason}`);
  const [gone] = board.add(read, now);
  if (gone) return nothing(`${gone.what}: ${gone.reason}`);
  const topic = board.take(now, () => true, true);
  const answer = topic && (await mind.answer(topic, now, AbortSignal.timeout(tryMs)));
  if (!answer) return nothing(['no rule and no template', ...failures].join('; '));
  if ('silent' in answer) return { ...nothing(`skipped: ${answer.silent}`), from: answer.from };
  const pieces: string[] = [];
  if (typeof answer.text === 'string') pieces.push(answer.text);
  else for await (const piece of answer.text) pieces.push(piece);
  const said = mind.wording.allow(pieces.join(''), answer.author);
  const { from } = answer;
  if (said === undefined) return { ...nothing('blocked: words that must not be said'), from };
  return { room, from, say: said, texts: textsOf(from, reply) };
}

/** For people. */
export function formatTrial({ room, from, say, reason, texts }: Trial): string {
  if (say === undefined) return `${room}: nothing is said${from === '' ? '' : ` (${from})`}: ${reason ?? ''}`;
  const drawn = texts.length > 0 ? ['one of:', ...texts.map((each) => `  ${each}`)] : [];
  return [`${room}: ${from}`, `says: ${say}`, ...drawn].join('\n');
}

function textsOf(from: string, { rules, templates }: Config['reply']): string[] {
  const rule = rules.find(({ id }) => from === `rule ${id}`);
  const template = Object.entries(templates).find(([name]) => from === `template ${name}`);
  return rule?.say ?? template?.[1] ?? [];
}
