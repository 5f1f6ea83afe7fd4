/**
 * What a text is not cut inside of: a grapheme, a word or a number with what joins its parts (39.9, 19:30), `@nick`, a `[tag]`, or a run
 * of marks with the closing ones behind it. `hard` runs end a sentence, `soft` ones a clause.
 */
export interface Atom {
  kind: 'hard' | 'soft' | 'space' | 'plain';
  text: string;
}

/** So much may one hold, in UTF-16 units; what is longer is no such thing, and would wait for its end for ever. */
const longest = { word: 24, nick: 20, tag: 14, marks: 16, grapheme: 64 };

const hardMarks = '。！？!?；;\n';
const softMarks = '，、,:：—…';
const closers = '」』”’）)】》';

const word =
  /^[A-Za-z\d]+(?:(?:(?<=\d)[.,:：/~%-](?=\d)|(?<=[A-Za-z\d])[.@'’/_-](?=[A-Za-z\d]))[A-Za-z\d]+)*(?:[.,:：/~%@'’_-]$)?/u;
const nick = /^@[\p{L}\p{M}\p{N}_-]*(?:(?<=\d)[.,:：/](?=\d)[\p{L}\p{M}\p{N}_-]*)*(?:(?<=\d)[.,:：/]$)?/u;
const tag = /^\[[^[\]\n]{1,12}\]/u;
const openTag = /^\[[^[\]\n]*$/u;

const graphemes = new Intl.Segmenter('zh', { granularity: 'grapheme' });

export function countGraphemes(text: string): number {
  return Array.from(graphemes.segment(text)).length;
}

/** The atom with which a text begins; undefined while what follows could still change it. With `ended` nothing follows. */
export function readAtom(text: string, ended: boolean): Atom | undefined {
  if (text === '') return undefined;
  if (!ended && (text === '.' || (text.length < longest.tag && openTag.test(text)))) return undefined;
  if (isMark(text, ended)) return readMarks(text, ended);
  const name = tag.exec(text)?.[0];
  if (name !== undefined) return finish('plain', name.length, text, ended);
  for (const [pattern, most] of [
    [word, longest.word],
    [nick, longest.nick],
  ] as const) {
    // A little more than the longest is enough to know.
    const length = pattern.exec(text.slice(0, most + 2))?.[0].length ?? 0;
    if (length > most) return finish('plain', most, text, ended);
    if (length === text.length && !ended) return undefined;
    // A joint that nothing follows is none.
    if (length > 0) return finish('plain', Math.max(1, bareLength(text.slice(0, length))), text, ended);
  }
  return finish(/^\s/u.test(text) ? 'space' : 'plain', 1, text, ended);
}

const bareLength = (text: string): number => text.replace(/[.,:：/~%@'’_-]$/u, '').length;

/** A full stop within a number or an address, and a colon before a digit, is no mark. */
function isMark(text: string, ended: boolean): boolean {
  const first = text[0] ?? '';
  if (first === '.') return text.length > 1 ? !/^\.[A-Za-z\d]/u.test(text) : ended;
  return hardMarks.includes(first) || softMarks.includes(first);
}

function readMarks(text: string, ended: boolean): Atom | undefined {
  let kind: Atom['kind'] = 'soft';
  for (let at = 0; at < longest.marks; at++) {
    const rest = text.slice(at, longest.marks + 1);
    if (rest === '') return ended ? finish(kind, at, text, ended) : undefined;
    if (rest === '.' && !ended) return undefined;
    if (isMark(rest, ended)) {
      if (rest.startsWith('.') || hardMarks.includes(rest[0] ?? '')) kind = 'hard';
    } else if (!closers.includes(rest[0] ?? '')) return finish(kind, at, text, ended);
  }
  return finish(kind, longest.marks, text, ended);
}

/** Makes it end where a grapheme ends. */
function finish(kind: Atom['kind'], length: number, text: string, ended: boolean): Atom | undefined {
  const head = text.slice(0, length + longest.grapheme);
  const last = graphemes.segment(head).containing(length - 1);
  let end = last ? last.index + last.segment.length : length;
  // One without end is cut where no surrogate pair is.
  if (end === head.length && text.length > head.length) end = isPair(text, end) ? end - 1 : end;
  else if (!ended && !isFollowed(text, end)) return undefined;
  const whole = text.slice(0, end);
  return { kind: kind === 'space' && whole.includes('\n') ? 'hard' : kind, text: whole };
}

const isPair = (text: string, at: number): boolean =>
  /^[\ud800-\udbff]$/.test(text[at - 1] ?? '') && /^[\udc00-\udfff]$/.test(text[at] ?? '');

/** By a whole character, so that it is certain that it does not join. */
const isFollowed = (text: string, end: number): boolean =>
  text.length > end && !/^[\ud800-\udbff]$/.test(text.slice(end));
