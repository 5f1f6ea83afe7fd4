import type { Answer, AnswerContext, Answerer, Silence } from './answerer.ts';
import type { KnowledgeAnswers } from './knowledge-answers.ts';
import type { Topic } from './topic.ts';
import { viewerOf } from './topic.ts';

/** Asks the shop's data and the model about what viewers write; all else is none of its business. */
export class KnowledgeAnswerer implements Answerer {
  readonly name = 'knowledge';
  readonly #knowledge: Pick<KnowledgeAnswers, 'answer'>;

  constructor(knowledge: Pick<KnowledgeAnswers, 'answer'>) {
    this.#knowledge = knowledge;
  }

  async answer(
    { events }: Topic,
    { shown }: AnswerContext,
    signal: AbortSignal,
  ): Promise<Answer | Silence | undefined> {
    const [event] = events;
    if (event?.kind !== 'chat') return undefined;
    const nickname = event.viewer?.nickname ?? '';
    const onShow = shown && { productId: shown.id, title: shown.title, index: shown.index };
    const question = { text: event.text, viewerId: viewerOf(event) ?? '', nickname, onShow };
    const found = await this.#knowledge.answer(question, signal);
    if (found.from === 'none') return found.isRefused ? { silent: found.reason, from: this.name } : undefined;
    const author = found.from === 'model' ? 'model' : 'script';
    return { text: found.clauses, from: `${found.from} (${found.reason})`, author };
  }
}
