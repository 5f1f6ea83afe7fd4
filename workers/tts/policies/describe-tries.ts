import type { Outcome, PastTry } from './ladder.ts';

export interface DescribedTry extends PastTry {
  /** What the quality gate, or the endpoint, said. */
  reasons: readonly string[];
}

/** The ledger keeps a line. */
const maxCharacters = 300;
const maxReason = 60;

/** Why there is no sound, as `gsv: refused (401), rejected (too short), quiet for 600 ms; embedded: total-timeout`; at most 300 characters. */
export function describeTries(tries: readonly DescribedTry[]): string {
  const engines = new Map<string, Map<string, number>>();
  for (const { engine, outcome = 'total-timeout', reasons, status = 0 } of tries) {
    if (outcome === 'good') continue;
    const words = describe(outcome, reasons, status);
    const outcomes = engines.get(engine) ?? new Map<string, number>();
    outcomes.set(words, (outcomes.get(words) ?? 0) + 1);
    engines.set(engine, outcomes);
  }
  const described = [...engines].map(([engine, outcomes]) => {
    const list = [...outcomes].map(([words, times]) => (times > 1 ? `${words} ×${times}` : words));
    return `${engine}: ${list.join(', ')}`;
  });
  const text = described.join('; ') || 'nobody was there to speak';
  return text.length <= maxCharacters ? text : `${text.slice(0, maxCharacters - 1)}…`;
}

function describe(outcome: Outcome, reasons: readonly string[], status: number): string {
  switch (outcome) {
    case 'quiet':
    case 'slow':
      return reasons[0] ?? outcome;
    case 'refused':
    case 'server':
      return status === 0 ? outcome : `${outcome} (${status})`;
    case 'rejected':
    case 'error':
      return reasons.length === 0 ? outcome : `${outcome} (${reasons.join(' and ').slice(0, maxReason)})`;
    default:
      return outcome;
  }
}
