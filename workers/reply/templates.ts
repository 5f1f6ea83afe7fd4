import type { Answer, AnswerContext, Answerer } from './answerer.ts';
import { commonFields, topicFields } from './fields.ts';
import type { TextOptions } from './rules.ts';
import type { Topic } from './topic.ts';

/** What is said to a kind of event when nobody knows better. */
export class Templates implements Answerer {
  readonly name = 'templates';
  readonly #options: TextOptions;

  constructor(options: TextOptions) {
    this.#options = options;
  }

  async answer(topic: Topic, context: AnswerContext): Promise<Answer | undefined> {
    const { config, phrasebook, nameSaid } = this.#options;
    const { kind, events } = topic;
    const viewers = new Set(events.map(({ viewer }) => viewer?.id ?? ''));
    const name = kind === 'gift' && viewers.size > 1 ? 'gifts' : kind;
    const from = `template ${name}`;
    const fields = { ...commonFields(context, config.timeZone), ...topicFields(topic, nameSaid) };
    const text = phrasebook.draw(from, config.templates[name], fields, context.random);
    return text === undefined || text === '' ? undefined : { text, from, author: 'script' };
  }
}
