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
