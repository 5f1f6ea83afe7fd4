import type { FoldedText } from './folded-text.ts';
import { foldText } from './folded-text.ts';
import type { Finding } from './word-entry.ts';

/** So many separating characters between two digits do not hide a number. */
const maxGap = 3;
/** Between two digits, in UTF-16 units, with what nobody sees. */
const maxDistance = 16;

const hanDigits: Record<string, string> = {};
for (const [index, characters] of [
  '零〇',
  '一壹幺弌',
  '二贰',
  '三叁',
  '四肆',
  '五伍',
  '六陆',
  '七柒',
  '八捌',
  '九玖',
].entries())
  for (const character of characters) hanDigits[character] = String(index);

/** Telephone numbers of mainland China: mobile, service, with area code. */
const numbers =
  /(?<!\d)(?:0086|86)?1[3-9]\d{9}(?!\d)|(?<!\d)[48]00\d{7}(?!\d)|(?<!\d)0(?:10|2\d|[3-9]\d{2})[2-9]\d{6,7}(?!\d)/g;
/** A number behind a word that asks to get in touch. */
const called =
  /(?:联系|电话|手机|打给|号码|群号?|裙号?|加我|加群|找我|私信|扣我|[vwq]+[号我加:：]?|➕|\+)\D{0,4}?$/iu;
/** What asks for it without a word: +V, ➕q, 薇❤. */
const signs =
  /[+＋➕✚]\s*(?:[vV][xX]?|[wW][xX]|[qQ]{1,2}|[微薇威徽扣])(?![a-zA-Z\d])|(?:[微薇威徽]|(?<![a-zA-Z\d])[vV])\s*[❤♥♡💗💖💕💓💘💙💚💛💜🧡🖤]/gu;
const longNumber = /(?<!\d)\d{6,12}(?!\d)/g;

/** A host with one of the endings that matter here, also `点com`; and addresses of mail. */
const links =
  /(?:https?|ftp)\s*[:：]\s*\/\s*\/\s*\S+|www\s*[.。．点]\s*[a-z0-9-]+|[a-z0-9][a-z0-9-]{0,62}\s*[.。．点·]\s*(?:com|cn|net|org|top|xyz|vip|shop|club|site|info|cc|me|tv|io|co|app|link)(?![a-z0-9])\S*|[a-z0-9._-]{1,64}\s*[@＠]\s*[a-z0-9-]+\s*[.。．点]\s*[a-z]{2,}/giu;

interface Digits {
  text: string;
  starts: number[];
  ends: number[];
}

/** Numbers to call and links, in whatever notation: 138-0013-8000, 一三八零零…, １３８…, 1️⃣3️⃣8️⃣ …, `xx点com`. */
export function findContactForms(text: string, folded = foldText(text)): Finding[] {
  const findings: Finding[] = [];
  const found = (word: string, start: number, end: number) =>
    findings.push({ word, list: 'contacts', category: 'block', replacement: '', start, end });
  const { number, link, sign } = quickLook(text);
  if (number) {
    const digits = readDigits(folded);
    for (const match of digits.text.matchAll(numbers)) {
      found('telephone number', digits.starts[match.index] ?? 0, lastOf(digits, match));
    }
    for (const match of digits.text.matchAll(longNumber)) {
      const start = digits.starts[match.index] ?? 0;
      if (called.test(text.slice(Math.max(0, start - 8), start)))
        found('number', start, lastOf(digits, match));
    }
  }
  if (sign)
    for (const match of text.matchAll(signs)) found('contact', match.index, match.index + match[0].length);
  if (link) {
    const wide = toHalfWidth(text);
    for (const match of wide.matchAll(links)) found('link', match.index, match.index + match[0].length);
  }
  return findings;
}

/** By UTF-16 unit, for a quick look: nearly all texts have no such thing. */
const isDigit = 1;
const isLatin = 2;
const isDot = 4;
const isSign = 8;
/** It was looked at, and may be nothing of these. */
const isKnown = 16;
/** Filled in as units are met: to look at all of them at the start took an eighth of the time in which this worker loads. */
const kinds = new Uint8Array(0x1_00_00);

function kindOf(unit: number): number {
  const kind = kinds[unit] ?? 0;
  return kind === 0 ? (kinds[unit] = isKnown | judgeKind(unit)) : kind;
}

function judgeKind(unit: number): number {
  // Half of a pair: digits of other kinds are among those.
  if ((unit & 0xf8_00) === 0xd8_00) return isDigit;
  const character = String.fromCharCode(unit);
  if (/[+＋➕✚微薇威徽❤♥♡]/u.test(character)) return isSign;
  if (/[.。．点·@＠:：]/u.test(character)) return isDot;
  const digit = /[\p{N}oOiIl]/u.test(character) || character in hanDigits ? isDigit : 0;
  return /[a-zａ-ｚ]/iu.test(character) ? digit | isLatin : digit;
}

/** Whether six digits stand near each other, something that joins stands between letters, and there is what a sign begins with. */
function quickLook(text: string): { number: boolean; link: boolean; sign: boolean } {
  let digits = 0;
  let lastDigit = 0;
  let number = false;
  let link = false;
  let sign = false;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    const kind = kindOf(unit) & ~isKnown;
    if (kind === 0) continue;
    if (kind & isDigit) {
      digits = at - lastDigit > maxDistance ? 1 : digits + 1;
      lastDigit = at;
      if (digits >= 6) number = true;
    } else if (kind === isDot && !link) link = isLatinAt(text, at, 1) && at > 0;
    else if (kind === isSign) sign = true;
    if (number && link && sign) break;
  }
  return { number, link, sign };
}

function isLatinAt(text: string, from: number, step: number): boolean {
  let at = from + step;
  while (text.charCodeAt(at) === 32) at += step;
  const unit = text.charCodeAt(at);
  return (kindOf(unit) & isLatin) !== 0 || unit === 47;
}

const lastOf = ({ ends }: Digits, { index, 0: found }: RegExpMatchArray): number =>
  ends[(index ?? 0) + found.length - 1] ?? 0;

/** Same length: only characters that are one unit in both forms. */
const toHalfWidth = (text: string): string =>
  text.replaceAll(/[\uff01-\uff5e]/g, (character) => String.fromCharCode(character.charCodeAt(0) - 0xfe_e0));

/** The digits of a text in a row; what stands between and is no digit is one blank, unless it only separates. */
function readDigits({ codes, starts, ends, gaps, length }: FoldedText): Digits {
  const digits: Digits = { text: '', starts: [], ends: [] };
  for (let at = 0; at < length; at++) {
    // Sizes are written with an L apart from the numbers.
    const isStroke = isOneLike(codes[at]) && gaps[at + 1] === 0 && digitOf(codes[at + 1] ?? 0) !== ' ';
    const digit = isStroke ? '1' : digitOf(codes[at] ?? 0);
    const start = starts[at] ?? 0;
    const isApart = digit === ' ' || (gaps[at] ?? 0) > maxGap;
    if (isApart && !digits.text.endsWith(' ')) push(digits, ' ', start, start);
    if (digit !== ' ') push(digits, digit, start, ends[at] ?? 0);
  }
  return digits;
}

function push(digits: Digits, character: string, start: number, end: number): void {
  digits.text += character;
  digits.starts.push(start);
  digits.ends.push(end);
}

/** By code: one more than the digit that it is; 0: none. */
const digitCodes = new Uint8Array(0x1_00_00);
for (let digit = 0; digit <= 9; digit++) digitCodes[48 + digit] = digit + 1;
for (const [character, digit] of Object.entries(hanDigits))
  digitCodes[character.charCodeAt(0)] = Number(digit) + 1;
// An O between digits is a zero.
digitCodes[111] = 1;
const digitNames = Array.from(' 0123456789');

/** I and l, in front of a digit. */
const isOneLike = (code: number | undefined): boolean => code === 105 || code === 108;

const digitOf = (code: number): string => digitNames[digitCodes[code] ?? 0] ?? ' ';

/** How much of the end of a text may be the beginning of a number or a link, in UTF-16 units; at most 48. */
export function pendingForm(text: string): number {
  const tail = text.slice(-maxPending);
  return pending.exec(tail)?.[0].length ?? 0;
}

const maxPending = 48;
const pending =
  /(?:[\p{N}零〇一壹幺二贰三叁四肆五伍六陆七柒八捌九玖a-zａ-ｚ]|(?<=[\p{N}零〇一壹幺二贰三叁四肆五伍六陆七柒八捌九玖a-zａ-ｚ])[^\p{L}\p{N}]{1,3}|(?<=[a-z0-9])点)+$/iu;
