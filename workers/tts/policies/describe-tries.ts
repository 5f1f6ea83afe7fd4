import type { Outcome, PastTry } from './ladder.ts';
import type { EndpointState } from './statistics.ts';

export interface DescribedTry extends PastTry {
  /** What the quality gate, or the endpoint, said. */
  reasons: readonly string[];
}

/** An engine that was not asked, and what its endpoints were doing instead. */
export interface Unasked {
  engine: string;
  states: readonly EndpointState['state'][];
}

const stateWords: Partial<Record<EndpointState['state'], string>> = {
  cold: 'not ready yet',
  renewing: 'being restarted',
  open: 'left alone for its failures',
  probing: 'left alone for its failures',
};

/** The ledger keeps a line. */
const maxCharacters = 300;
const maxReason = 60;

/** Why there is no sound, as `gsv: refused (401), rejected (too short), quiet for 600 ms; embedded: total-timeout`; at most 300 characters. */
export function describeTries(tries: readonly DescribedTry[], unasked: readonly Unasked[] = []): string {
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
  for (const { engine, states } of unasked) {
    const words = new Set(states.flatMap((state) => stateWords[state] ?? []));
    if (words.size > 0) described.push(`${engine}: ${[...words].join(', ')}`);
  }
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
