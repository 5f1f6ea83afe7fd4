/** One way in which text is read aloud: whatever the pattern finds is said so. */
export interface Rule {
  /** Names the rule in tests. */
  id: string;
  /** With the flags `g` and `u`, without named groups, and linear: every repetition is bounded, or begins only where none can have begun. */
  pattern: RegExp;
  /** As for `replaceAll`; as a function it gets the match and its groups, '' for those that took no part. */
  say: string | ((...parts: string[]) => string);
}

/** Applies the rules one after the other. */
export function applyRules(text: string, rules: readonly Rule[]): string {
  return rules.reduce((rest, { pattern, say }) => {
    if (typeof say === 'string') return rest.replaceAll(pattern, say);
    return rest.replaceAll(pattern, (...found: unknown[]) => {
      const groups = found.slice(
        0,
        found.findIndex((part) => typeof part === 'number'),
      );
      return say(...groups.map((part) => (typeof part === 'string' ? part : '')));
    });
  }, text);
}

/** A pattern put together from parts, for `Rule`. */
export function pattern(strings: TemplateStringsArray, ...parts: string[]): RegExp {
  return new RegExp(String.raw(strings, ...parts), 'gu');
}
