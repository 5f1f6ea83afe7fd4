import type { ModelEnd } from './model/model-chain.ts';

export interface ModelWatchOptions {
  counters: Record<string, number>;
  /** Tells the person at the terminal. */
  notice: (level: 'info' | 'warn', text: string) => void;
}

/** The figures of the models, and word of it, once each time, when they answer no more and when a day's budget is used up. */
export class ModelWatch {
  readonly #options: ModelWatchOptions;
  #isDown = false;
  #spentDay = '';

  constructor(options: ModelWatchOptions) {
    this.#options = options;
  }

  /** `left`: of the day; undefined: there is no limit. */
  ended(
    { reason, detail, tries, firstTokenMs, firstClauseMs }: ModelEnd,
    left: { requests: number | undefined; tokens: number | undefined },
  ): void {
    const { counters, notice } = this.#options;
    const count = (name: string, by = 1) => (counters[name] = (counters[name] ?? 0) + by);
    count('modelQuestions');
    count('modelFailures', tries.length + (reason === 'broken' ? 1 : 0));
    if (reason === 'guarded') count('modelRefusals');
    if (reason === 'no-budget') count('modelNoBudget');
    if (firstTokenMs >= 0) counters['modelFirstTokenMs'] = Math.round(firstTokenMs);
    if (firstClauseMs >= 0) counters['modelFirstClauseMs'] = Math.round(firstClauseMs);
    if (left.requests !== undefined) counters['modelRequestsLeft'] = left.requests;
    if (left.tokens !== undefined) counters['modelTokensLeft'] = left.tokens;
    if (reason === 'failed' && !this.#isDown) {
      this.#isDown = true;
      notice('warn', `the model does not answer (${detail}): the shop's data and the templates do`);
    } else if (this.#isDown && ['complete', 'shortened', 'guarded'].includes(reason)) {
      this.#isDown = false;
      notice('info', 'the model answers again');
    }
    const today = new Date().toISOString().slice(0, 10);
    if (reason === 'no-budget' && detail !== 'rate' && this.#spentDay !== today) {
      this.#spentDay = today;
      notice(
        'warn',
        `the ${detail} for models are used up (reply.model.daily); they are asked again tomorrow`,
      );
    }
  }
}
