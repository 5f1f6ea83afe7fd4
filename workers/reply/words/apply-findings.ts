import type { Finding, WordEntry } from './word-entry.ts';

const severity = { block: 0, mask: 1, replace: 2 };

/** Drops what lies within a phrase that is allowed, and of those that overlap all but the worst and longest. */
export function settleFindings(
  raw: readonly (WordEntry & { start: number; end: number })[],
  forms: readonly Finding[],
): Finding[] {
  if (raw.length === 0 && forms.length === 0) return [];
  const allowed = raw.filter(({ category }) => category === 'allow');
  const findings = raw.flatMap(({ category, word, list, replacement, start, end }): Finding[] =>
    category === 'allow' || allowed.some((phrase) => phrase.start <= start && phrase.end >= end)
      ? []
      : [{ category, word, list, replacement, start, end }],
  );
  const order = [...findings, ...forms].toSorted(
    (a, b) =>
      severity[a.category] - severity[b.category] || b.end - b.start - (a.end - a.start) || a.start - b.start,
  );
  const taken: Finding[] = [];
  const isTaken = new Uint8Array(order.reduce((most, { end }) => Math.max(most, end), 0));
  for (const finding of order) {
    const { start, end } = finding;
    if (isTaken.subarray(start, end).includes(1)) continue;
    isTaken.fill(1, start, end);
    taken.push(finding);
  }
  return taken.toSorted((a, b) => a.start - b.start);
}

/** The text with every word left out or replaced; `findings` in its order, and apart from each other. */
export function applyFindings(text: string, findings: readonly Finding[]): string {
  let result = '';
  let at = 0;
  for (const { start, end, category, replacement } of findings) {
    result += text.slice(at, start) + (category === 'replace' ? replacement : '');
    at = end;
  }
  return result + text.slice(at);
}
