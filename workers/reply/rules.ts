import type { ReplyConfig, RuleConfig } from '../../protocol/config.ts';
import type { Answer, AnswerContext, Answerer, ShownProduct } from './answerer.ts';
import type { NameSaid } from './fields.ts';
import { commonFields, countOf, topicFields } from './fields.ts';
import { isWithin, localTime } from './local-time.ts';
import type { Phrasebook } from './phrasebook.ts';
import type { Topic } from './topic.ts';

export interface TextOptions {
  config: Pick<ReplyConfig, 'rules' | 'templates' | 'timeZone'>;
  phrasebook: Phrasebook;
  nameSaid: NameSaid;
}

/** The rules of the configuration: the first that matches answers, if all fields of one of its texts are known. */
export class Rules implements Answerer {
  readonly name = 'rules';
  readonly #options: TextOptions;
  readonly #rules: { rule: RuleConfig; pattern: RegExp | undefined }[];

  constructor(options: TextOptions) {
    this.#options = options;
    this.#rules = options.config.rules.map((rule) => {
      return { rule, pattern: rule.pattern === '' ? undefined : new RegExp(rule.pattern, 'u') };
    });
  }

  async answer(topic: Topic, context: AnswerContext): Promise<Answer | undefined> {
    const { config, phrasebook, nameSaid } = this.#options;
    const rules = this.matching(topic, context);
    if (rules.length === 0) return undefined;
    const fields = { ...commonFields(context, config.timeZone), ...topicFields(topic, nameSaid) };
    for (const { id, say } of rules) {
      const text = phrasebook.draw(`rule ${id}`, say, fields, context.random);
      if (text !== undefined && text !== '') return { text, from: `rule ${id}`, author: 'script' };
    }
    return undefined;
  }

  /** Those that match, in order. */
  matching(topic: Topic, context: Pick<AnswerContext, 'now' | 'room' | 'shown'>): RuleConfig[] {
    const { timeZone } = this.#options.config;
    return this.#rules
      .filter((each) => matches(each, topic, { ...context, timeZone }))
      .map(({ rule }) => rule);
  }
}

function matches(
  { rule, pattern }: { rule: RuleConfig; pattern: RegExp | undefined },
  { kind, events }: Topic,
  { now, room, shown, timeZone }: Pick<AnswerContext, 'now' | 'room' | 'shown'> & { timeZone: string },
): boolean {
  if (!rule.kinds.includes(kind)) return false;
  if (rule.rooms.length > 0 && !rule.rooms.includes(room)) return false;
  if (rule.products.length > 0 && !rule.products.some((product) => isShown(product, shown))) return false;
  if (rule.times.length > 0) {
    const local = localTime(now, timeZone);
    if (!rule.times.some((window) => isWithin(local, window))) return false;
  }
  const texts = events.map((event) => (event.kind === 'chat' ? event.text : ''));
  if (rule.keywords.length > 0 && !texts.some((text) => rule.keywords.some((word) => text.includes(word))))
    return false;
  if (pattern && !texts.some((text) => pattern.test(text))) return false;
  if (rule.minFansLevel > 0 && !events.some(({ viewer }) => (viewer?.fansLevel ?? 0) >= rule.minFansLevel))
    return false;
  if (rule.minCount > 0 && countOf(events) < rule.minCount) return false;
  return rule.minDiamonds === 0 || diamondsOf(events) >= rule.minDiamonds;
}

/** Whether a product that is meant by its id, or a part of its title, is the one on show. */
export function isShown(product: string, shown: ShownProduct | undefined): boolean {
  return shown !== undefined && (shown.id === product || shown.title.includes(product));
}

function diamondsOf(events: Topic['events']): number {
  return events.reduce((sum, event) => sum + (event.kind === 'gift' ? event.diamonds * event.count : 0), 0);
}
