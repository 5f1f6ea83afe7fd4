import type { EventBody } from '../../../protocol/event.ts';
import { parseJson } from '../feeds/json-text.ts';
import { isObject, nameOf, senderOf, textOf, timeOf, viewerFrom } from '../feeds/json-values.ts';
import { streakKey } from '../gift-streak.ts';
import type { Observation } from '../source.ts';
import type { GenericEvent } from './event-schema.ts';
import { genericEvent } from './event-schema.ts';

const maxEvents = 1_000;

/** What is wrong with one event: its place in the message, its id when that can be read, the field, and the reason. */
export interface EventProblem {
  index: number;
  id: string;
  field: string;
  reason: string;
}

export interface ReadEvents {
  observations: Observation[];
  problems: EventProblem[];
}

/** A message that holds no events at all. */
export class NoEventsError extends Error {
  override name = 'NoEventsError';
  readonly field: string;

  constructor(field: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.field = field;
  }
}

/** The events in a text: one, an array of them, or `{"events": […]}`. A wrong one costs only itself. Throws NoEventsError. */
export function readEvents(text: string, receivedAt: number): ReadEvents {
  const result: ReadEvents = { observations: [], problems: [] };
  for (const [index, value] of eventsIn(text).entries()) {
    const read = genericEvent.safeParse(value);
    if (read.success) {
      result.observations.push(observationOf(read.data, receivedAt));
      continue;
    }
    const issue = read.error.issues[0];
    const rawId = isObject(value) ? value['id'] : undefined;
    result.problems.push({
      index,
      id: typeof rawId === 'string' || typeof rawId === 'number' ? String(rawId).slice(0, 128) : '',
      field: issue?.path.join('.') || '(event)',
      reason: issue?.message ?? 'is no event',
    });
  }
  return result;
}

function eventsIn(text: string): unknown[] {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (cause) {
    throw new NoEventsError('(body)', `is no JSON: ${cause instanceof Error ? cause.message : ''}`, {
      cause,
    });
  }
  const events =
    isObject(value) && 'events' in value ? value['events'] : Array.isArray(value) ? value : [value];
  if (!Array.isArray(events)) throw new NoEventsError('events', 'must be an array');
  if (events.length > maxEvents)
    throw new NoEventsError('events', `must be at most ${maxEvents}, got ${events.length}`);
  return events;
}

function observationOf(event: GenericEvent, receivedAt: number): Observation {
  const { user } = event;
  const { name = '', id = '', ...rest } = user ?? {};
  const viewer = viewerFrom({ ...rest, id, nickname: nameOf(name) });
  return {
    messageId: event.id,
    at: timeOf(event.at, receivedAt),
    viewer,
    body: bodyOf(event, senderOf(viewer)),
  };
}

function bodyOf(event: GenericEvent, sender: string): EventBody {
  switch (event.kind) {
    case 'chat':
      return { kind: 'chat', text: textOf(event.text), luckyBag: false };
    case 'gift':
      return giftOf(event, sender);
    case 'like':
      return { kind: 'like', count: event.count, total: event.total };
    case 'enter':
      return { kind: 'enter', viewers: event.viewers };
    case 'follow':
      return { kind: 'follow', followers: event.followers };
    case 'share':
      return { kind: 'share', target: textOf(event.target) };
    case 'fansclub':
      return { kind: 'fansclub', action: event.action, level: event.level };
    case 'order': {
      const { id, status, productId, product, count } = event.order;
      return { kind: 'order', orderId: id, status, productId, product: textOf(product), count };
    }
    case 'product': {
      const { id, title, price, index, action } = event.product;
      return { kind: 'product', action, productId: id, title: textOf(title), price, index };
    }
    case 'stats':
      return { kind: 'stats', online: event.online, total: event.total, text: textOf(event.text) };
    case 'control':
      return { kind: 'control', action: event.action, tips: textOf(event.text) };
  }
}

/** Without the number of a streak, or without its total, a gift stands for itself. */
function giftOf(event: Extract<GenericEvent, { kind: 'gift' }>, sender: string): EventBody {
  const { gift, streak, streakEnd } = event;
  const isStreak = streak !== '' && gift.total !== undefined;
  return {
    kind: 'gift',
    giftId: gift.id,
    name: nameOf(gift.name) || '礼物',
    count: 0,
    total: (isStreak ? gift.total : gift.count) ?? gift.total ?? 1,
    diamonds: gift.price,
    streak: isStreak ? streakKey(sender, gift.id, streak) : '',
    streakEnd,
  };
}
