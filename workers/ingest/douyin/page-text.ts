/** The most pieces of a page that are read; a page of today has some tens. */
const maxPieces = 5_000;
/** A mark that occurs more often than this is not the one that is meant. With the reach, it keeps the work linear for any page. */
const maxTries = 10;
/** The longest JSON value that is read, in characters. */
const maxValueLength = 1_000_000;

const pieceMark = 'self.__pace_f.push([1,';
const quote = 0x22;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** The pieces `self.__pace_f.push([1,"…"])` joined, or, when they have no room, the whole page with its backslashes taken away. */
export function unescapePieces(html: string): string {
  const texts: string[] = [];
  let at = html.indexOf(pieceMark);
  while (at >= 0 && texts.length < maxPieces) {
    const start = skipSpace(html, at + pieceMark.length);
    const end = html.charCodeAt(start) === quote ? endOfString(html, start) : start;
    if (end < 0) break;
    if (end > start) texts.push(parseString(html.slice(start, end)));
    at = html.indexOf(pieceMark, end);
  }
  const joined = texts.join('');
  return joined.includes('"roomStore"') ? joined : html.replaceAll('\\"', '"');
}

/** The texts of the JSON objects that begin right after a mark, the first few of them. */
export function* objectsAfter(text: string, mark: string): Generator<string> {
  for (const start of placesAfter(text, mark)) {
    const end = endOfObject(text, start);
    if (end > start) yield text.slice(start, end);
  }
}

/** What a pattern's first group finds within `reach` characters after a mark, at the first few of its places. */
export function findNear(text: string, mark: string, reach: number, pattern: RegExp): string | undefined {
  for (const start of placesAfter(text, mark)) {
    const found = pattern.exec(text.slice(start, start + reach))?.[1];
    if (found !== undefined) return found;
  }
  return undefined;
}

function* placesAfter(text: string, mark: string): Generator<number> {
  let at = text.indexOf(mark);
  for (let tries = 0; at >= 0 && tries < maxTries; tries++) {
    yield at + mark.length;
    at = text.indexOf(mark, at + mark.length);
  }
}

function skipSpace(text: string, from: number): number {
  let index = from;
  while (index < text.length && text.charCodeAt(index) <= 0x20) index += 1;
  return index;
}

/** Behind the quote that ends the string which begins here; -1 when it has no end. */
function endOfString(text: string, start: number): number {
  for (let index = start + 1; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === backslash) index += 1;
    else if (code === quote) return index + 1;
  }
  return -1;
}

/** Behind the brace that closes the one which begins here; -1 when there is none near. Braces in strings do not count. */
function endOfObject(text: string, start: number): number {
  const most = Math.min(text.length, start + maxValueLength);
  let depth = 0;
  for (let index = start; index < most; index++) {
    const code = text.charCodeAt(index);
    if (code === quote) {
      index = endOfString(text, index) - 1;
      if (index < 0) return -1;
    } else if (code === openBrace) depth += 1;
    else if (code === closeBrace) depth -= 1;
    if (depth === 0) return code === closeBrace ? index + 1 : -1;
  }
  return -1;
}

function parseString(quoted: string): string {
  try {
    return String(JSON.parse(quoted));
  } catch {
    return quoted.replaceAll('\\"', '"');
  }
}
