import type { DailyUse } from '../model/budget.ts';
import type { ModelConfig } from '../../../protocol/reply/model-config.ts';
import type { SpareAnswer } from '../model/spare-writer.ts';

export interface PaceRules {
  /** Requests. */
  perHour: number;
  quietMs: number;
}

const hourMs = 3_600_000;
const firstBackoffMs = 15_000;
const longestBackoffMs = hourMs;
const budgetWaitMs = 600_000;
const leastWaitMs = 50;

/** Between two requests, at the least. */
export const gapMs = ({ perHour }: Pick<PaceRules, 'perHour'>): number => hourMs / perHour;

/** How long to wait after an answer; `failures`: in a row, this one included. `random` in [0, 1). */
export function waitAfter(
  answer: SpareAnswer,
  { failures, rules, random }: { failures: number; rules: PaceRules; random: number },
): number {
  const jitter = 1 + random / 2;
  switch (answer.kind) {
    case 'text':
      return gapMs(rules) * (1 + random / 10);
    case 'failed': {
      const backoffMs = Math.min(firstBackoffMs * 2 ** Math.max(0, failures - 1), longestBackoffMs);
      return Math.max(gapMs(rules), backoffMs * jitter, answer.retryAfterMs);
    }
    case 'not-now':
      if (answer.why === 'budget') return budgetWaitMs * jitter;
      if (answer.why === 'resting') return firstBackoffMs * jitter;
      return Math.max(leastWaitMs, rules.quietMs * jitter, answer.tokens > 0 ? gapMs(rules) : 0);
  }
}

/** Whether so much was used for it today that the rest of the budget is for viewers. */
export function isShareUsed(use: DailyUse, daily: ModelConfig['daily'], share: number): boolean {
  const { requests, tokens } = daily;
  return (
    (requests > 0 && use.requests + 1 > requests * share) || (tokens > 0 && use.tokens >= tokens * share)
  );
}
