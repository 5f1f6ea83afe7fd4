export { splitSentences } from '../split-sentences.ts';

/** Draws a text other than the last one where there is a choice; `random` in [0, 1). */
export function draw(texts: string[], last: string | undefined, random: number): string | undefined {
  const others = texts.filter((text) => text !== last);
  const among = others.length > 0 ? others : texts;
  return among[Math.floor(random * among.length)];
}

/** Puts fields into `{name}` places; a field that is not known leaves nothing. */
export function fill(template: string, fields: Record<string, string>): string {
  return template.replaceAll(/\{(\w+)\}/g, (_, name: string) => fields[name] ?? '');
}
