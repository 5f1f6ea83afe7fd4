const ends = /[。！？!?…～~；;][”’」』）)"']*$/u;

/** What is said of the shop's data: with a mark at its end, so that it is heard apart from what follows. Of nothing nothing. */
export function wholeSentence(text: string): string {
  const trimmed = text.trim();
  if (trimmed === '' || ends.test(trimmed)) return trimmed;
  return `${trimmed.replace(/[\s，、,:：.]+$/u, '')}。`;
}
