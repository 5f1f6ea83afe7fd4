import type { ReplyConfig, RuleConfig } from '../../protocol/config.ts';
import type { Answer, AnswerContext, Answerer, ShownProduct } from './answerer.ts';
import { BoundedPattern } from './bounded-pattern.ts';
import type { NameSaid } from './fields.ts';
import { commonFields, countOf, topicFields } from './fields.ts';
import { isWithin, localTime } from './local-time.ts';
import type { Phrasebook } from './phrasebook.ts';
import type { Topic } from './topic.ts';
import { simplify } from './words/fold-character.ts';

interface PatternedRule {
  rule: RuleConfig;
  pattern: BoundedPattern | undefined;
}

export interface TextOptions {
  config: Pick<ReplyConfig, 'rules' | 'templates' | 'timeZone'>;
  phrasebook: Phrasebook;
  nameSaid: NameSaid;
}

/** The rules of the configuration: the first that matches answers, if all fields of one of its texts are known. */
export class Rules implements Answerer {
  readonly name = 'rules';
  readonly #options: TextOptions;
  readonly #rules: PatternedRule[];

  constructor(options: TextOptions) {
    this.#options = options;
    this.#rules = options.config.rules.map((rule) => {
      return { rule, pattern: rule.pattern === '' ? undefined : new BoundedPattern(rule.pattern) };
    });
  }

  async answer(topic: Topic, context: AnswerContext): Promise<Answer | undefined> {
    const { config, phrasebook, nameSaid } = this.#options;
    const { rules, givenUp } = this.#matching(topic, context);
    if (rules.length + givenUp.length === 0) return undefined;
    const fields = { ...commonFields(context, config.timeZone), ...topicFields(topic, nameSaid) };
    for (const { id, say } of rules) {
      const text = phrasebook.draw(`rule ${id}`, say, fields, context.random);
      if (text !== undefined && text !== '') return { text, from: `rule ${id}`, author: 'script' };
    }
    if (givenUp.length === 0) return undefined;
    throw new Error(`The pattern of rule ${givenUp.join(', ')} takes too long over what was written`);
  }

  /** Those that match, in order; `givenUp`: of which it is not known, as their patterns take too long. */
  #matching(
    topic: Topic,
    context: Pick<AnswerContext, 'now' | 'room' | 'shown'>,
  ): { rules: RuleConfig[]; givenUp: string[] } {
    const { timeZone } = this.#options.config;
    const givenUp: string[] = [];
    const rules = this.#rules.flatMap((each) => {
      const isMatch = matches(each, topic, { ...context, timeZone });
      if (isMatch === undefined) givenUp.push(each.rule.id);
      return isMatch === true ? [each.rule] : [];
    });
    return { rules, givenUp };
  }
}

function matches(
  { rule, pattern }: PatternedRule,
  { kind, events }: Topic,
  { now, room, shown, timeZone }: Pick<AnswerContext, 'now' | 'room' | 'shown'> & { timeZone: string },
): boolean | undefined {
  if (!rule.kinds.includes(kind)) return false;
  if (rule.rooms.length > 0 && !rule.rooms.includes(room)) return false;
  if (rule.products.length > 0 && !rule.products.some((product) => isShown(product, shown))) return false;
  if (rule.times.length > 0) {
    const local = localTime(now, timeZone);
    if (!rule.times.some((window) => isWithin(local, window))) return false;
  }
  const texts = events.map((event) => (event.kind === 'chat' ? event.text : ''));
  if (rule.keywords.length > 0) {
    const written = texts.map(plain);
    if (!rule.keywords.some((word) => written.some((text) => text.includes(plain(word))))) return false;
  }
  if (rule.minFansLevel > 0 && !events.some(({ viewer }) => (viewer?.fansLevel ?? 0) >= rule.minFansLevel))
    return false;
  if (rule.minCount > 0 && countOf(events) < rule.minCount) return false;
  if (rule.minDiamonds > 0 && diamondsOf(events) < rule.minDiamonds) return false;
  return pattern ? pattern.matches(texts) : true;
}

/** VIP, ＶＩＰ and vip are one keyword, and so are 多少錢 and 多少钱. */
const plain = (text: string): string => simplify(text.normalize('NFKC').toLowerCase());

/** Whether a product that is meant by its id, or a part of its title, is the one on show. */
export function isShown(product: string, shown: ShownProduct | undefined): boolean {
  return shown !== undefined && (shown.id === product || shown.title.includes(product));
}

function diamondsOf(events: Topic['events']): number {
  return events.reduce((sum, event) => sum + (event.kind === 'gift' ? event.diamonds * event.count : 0), 0);
}
