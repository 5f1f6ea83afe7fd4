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

/**
 * Sentences of a text, each with its final mark. Very short ones join what follows or precedes: engines garble a few characters alone
 * (GPT-SoVITS repeats or swallows below about six).
 */
export function splitSentences(text: string, minCharacters = 6): string[] {
  const parts = text.match(/[^。！？!?；;\n]+[。！？!?；;]*[”’」』）)]*|[。！？!?；;\n]+/g) ?? [];
  const sentences: string[] = [];
  let held = '';
  for (const part of parts.map((piece) => piece.trim()).filter(Boolean)) {
    held += part;
    if (Array.from(held).length < minCharacters) continue;
    sentences.push(held);
    held = '';
  }
  if (held === '') return sentences;
  const last = sentences.pop();
  return last === undefined ? [held] : [...sentences, last + held];
}
