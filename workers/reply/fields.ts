import type { LiveEvent } from '../../protocol/event.ts';
import type { AnswerContext } from './answerer.ts';
import { localTime, spokenTime } from './local-time.ts';
import type { Fields } from './phrasebook.ts';
import { joinNames } from './speakable-name.ts';
import type { Topic } from './topic.ts';

/** Makes a nickname one that can be said. */
export type NameSaid = (nickname: string) => string;

/** Fields that any text may have; those that are not known are missing. */
export function commonFields(
  { now, shown, viewers }: Pick<AnswerContext, 'now' | 'shown' | 'viewers'>,
  timeZone: string,
): Fields {
  const fields: Fields = { time: spokenTime(localTime(now, timeZone)) };
  if (viewers !== undefined) fields['viewers'] = String(viewers);
  if (!shown) return fields;
  fields['product.title'] = shown.title;
  fields['product.price'] = shown.price;
  if (shown.index > 0) fields['product.index'] = String(shown.index);
  return fields;
}

/** Fields of what is answered. */
export function topicFields({ events }: Pick<Topic, 'events'>, nameSaid: NameSaid): Fields {
  const first = events[0];
  if (!first) return {};
  const names = joinNames(events.map(({ viewer }) => nameSaid(viewer?.nickname ?? '')));
  const fields: Fields = { nickname: names, nicknames: names };
  switch (first.kind) {
    case 'chat':
      return { ...fields, text: first.text };
    case 'gift': {
      const diamonds = sum(events, (event) => (event.kind === 'gift' ? event.count * event.diamonds : 0));
      const gifts = [
        ...new Set(events.flatMap((event) => (event.kind === 'gift' ? event.name || '礼物' : []))),
      ];
      const gift = gifts.length > 3 ? '礼物' : gifts.join('、');
      return { ...fields, gift, count: String(countOf(events)), diamonds: String(diamonds) };
    }
    case 'order': {
      const products = [...new Set(events.flatMap((event) => (event.kind === 'order' ? event.product : [])))];
      return {
        ...fields,
        product: products.slice(0, 3).join('、') || '宝贝',
        count: String(countOf(events)),
      };
    }
    case 'like':
      return { ...fields, count: String(countOf(events)) };
    case 'fansclub':
      return { ...fields, level: String(first.level) };
    case 'share':
      return { ...fields, target: first.target };
    case 'enter':
    case 'follow':
    case 'product':
    case 'stats':
    case 'control':
    case 'system':
      return fields;
  }
}

/** Of gifts, pieces or likes; of events where they have no number. */
export function countOf(events: LiveEvent[]): number {
  return sum(events, (event) =>
    event.kind === 'gift' || event.kind === 'like' || event.kind === 'order' ? event.count : 1,
  );
}

const sum = (events: LiveEvent[], of: (event: LiveEvent) => number): number =>
  events.reduce((total, event) => total + of(event), 0);
