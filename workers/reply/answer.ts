import type { LiveEvent } from '../../protocol/event.ts';
import type { ReplyConfig, RuleConfig } from '../../protocol/config.ts';
import type { Topic } from './board.ts';
import { draw, fill } from './phrase.ts';
import { joinNames, speakableName } from './speakable-name.ts';

export interface Answer {
  text: string;
  /** Rule or template that it came from. */
  from: string;
}

export interface AnswerOptions {
  config: Pick<ReplyConfig, 'rules' | 'templates'>;
  /** The last text drawn per source, so that none is said twice in a row; updated here. */
  lastDrawn: Map<string, string>;
  random: number;
}

/** What to say to a topic: the first rule that matches, else the kind's template; undefined: nothing. */
export function answerTopic(topic: Topic, { config, lastDrawn, random }: AnswerOptions): Answer | undefined {
  const rule = config.rules.find((candidate) => topic.events.some((event) => matches(candidate, event)));
  const from = rule ? `rule ${rule.id}` : `template ${topic.kind}`;
  const texts = rule?.say ?? templatesOf(topic, config.templates);
  const template = draw(texts, lastDrawn.get(from), random);
  if (template === undefined) return undefined;
  lastDrawn.set(from, template);
  const text = fill(template, fieldsOf(topic)).trim();
  return text === '' ? undefined : { text, from };
}

/** Whether a rule is about an event. */
export function matches(rule: RuleConfig, event: LiveEvent): boolean {
  if (!rule.kinds.includes(event.kind)) return false;
  const text = event.kind === 'chat' ? event.text : '';
  if (rule.keywords.length > 0 && !rule.keywords.some((keyword) => text.includes(keyword))) return false;
  if (rule.pattern !== '' && !new RegExp(rule.pattern, 'u').test(text)) return false;
  const diamonds = event.kind === 'gift' ? event.diamonds * event.count : 0;
  return diamonds >= rule.minDiamonds;
}

function templatesOf(topic: Topic, templates: ReplyConfig['templates']): string[] {
  switch (topic.kind) {
    case 'chat':
    case 'gift':
    case 'order':
    case 'enter':
    case 'follow':
    case 'share':
    case 'fansclub':
    case 'like':
      return templates[topic.kind];
    case 'product':
    case 'stats':
    case 'control':
    case 'system':
      return [];
  }
}

function fieldsOf({ events }: Topic): Record<string, string> {
  const first = events[0];
  if (!first) return {};
  const nickname = speakableName(first.viewer?.nickname ?? '');
  const nicknames = joinNames(events.map(({ viewer }) => viewer?.nickname ?? ''));
  const fields = { nickname, nicknames };
  switch (first.kind) {
    case 'chat':
      return { ...fields, text: first.text };
    case 'gift': {
      const count = events.reduce((sum, event) => sum + (event.kind === 'gift' ? event.count : 0), 0);
      return { ...fields, gift: first.name || '礼物', count: String(count) };
    }
    case 'order':
      return { ...fields, product: first.product, count: String(first.count) };
    case 'like': {
      const count = events.reduce((sum, event) => sum + (event.kind === 'like' ? event.count : 0), 0);
      return { ...fields, count: String(count) };
    }
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
