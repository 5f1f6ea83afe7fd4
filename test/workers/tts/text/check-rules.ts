import type { Test } from 'tap';
import type { Rule } from '../../../../workers/tts/text/rule.ts';
import { speechText } from '../../../../workers/tts/text/speech-text.ts';

/** By rule: what is written, and what is said. */
export type Cases = Record<string, [written: string, said: string][]>;

/** Every rule has three cases at least, among them those in which it must not act; the whole front end reads them. */
export function checkRules(t: Test, rules: Rule[], cases: Cases): void {
  for (const { id } of rules)
    t.ok((cases[id]?.length ?? 0) >= 3, `${id} has three cases: ${cases[id]?.length ?? 0}`);
  const ids = new Set(rules.map(({ id }) => id));
  for (const [id, table] of Object.entries(cases)) {
    t.ok(ids.has(id), `${id} is a rule`);
    for (const [written, said] of table) t.equal(speechText(written), said, `${id}: ${printable(written)}`);
  }
}

/** Line ends and half characters would break the report. */
const printable = (text: string): string => text.replaceAll(/[^\P{C}]|[\u2028\u2029]/gu, '?');
