import { foldCharacter } from './fold-character.ts';

/** A text as words are looked for in it: `codes[i]` came from the original's UTF-16 units `starts[i]` to `ends[i]`. */
export interface FoldedText {
  length: number;
  codes: Uint16Array;
  starts: Int32Array;
  ends: Int32Array;
  /** How many separating characters are between this one and the one before. */
  gaps: Uint16Array;
}

const unknown = 0;
const separates = 1;
const unseen = 2;
const several = 3;
/** By UTF-16 unit: one of the above, or the unit that it is compared as. Filled when a character is seen first. */
const table = new Uint16Array(0x1_00_00);
const longer = new Map<string, string>();
const maxLonger = 5_000;

/** What is compared of a text, with the way back to where it stands. */
export function foldText(text: string): FoldedText {
  const size = text.length * 2 + 32;
  const folded = {
    length: 0,
    codes: new Uint16Array(size),
    starts: new Int32Array(size),
    ends: new Int32Array(size),
    gaps: new Uint16Array(size),
  };
  let gap = 0;
  for (let at = 0; at < text.length;) {
    const unit = text.charCodeAt(at);
    const isPair = (unit & 0xfc_00) === 0xd8_00 && (text.charCodeAt(at + 1) & 0xfc_00) === 0xdc_00;
    const end = at + (isPair ? 2 : 1);
    const kind = isPair ? several : classOf(unit);
    if (kind > several) {
      gap = add(folded, kind, at, end, gap);
    } else if (kind === separates) gap += 1;
    else if (kind === several) {
      const parts = foldLonger(text.slice(at, end));
      if (parts === undefined) gap += 1;
      else {
        for (let part = 0; part < parts.length && folded.length < size; part++)
          gap = add(folded, parts.charCodeAt(part), at, end, gap);
      }
    } else if (folded.length > 0 && gap === 0) {
      // What nobody sees belongs to what it follows.
      folded.ends[folded.length - 1] = end;
    }
    at = end;
  }
  return folded;
}

function add(folded: FoldedText, code: number, start: number, end: number, gap: number): number {
  const { length } = folded;
  folded.codes[length] = code;
  folded.starts[length] = start;
  folded.ends[length] = end;
  folded.gaps[length] = Math.min(gap, 0xff_ff);
  folded.length = length + 1;
  return 0;
}

function classOf(unit: number): number {
  const known = table[unit] ?? unknown;
  if (known !== unknown) return known;
  const character = String.fromCharCode(unit);
  const folded = foldCharacter(character);
  let kind = several;
  if (folded === undefined) kind = separates;
  else if (folded === '') kind = unseen;
  else if (folded.length === 1) kind = folded.charCodeAt(0);
  table[unit] = kind;
  return kind;
}

function foldLonger(character: string): string | undefined {
  const known = longer.get(character);
  if (known !== undefined) return known === '\0' ? undefined : known;
  const folded = foldCharacter(character)?.slice(0, 16);
  if (longer.size < maxLonger) longer.set(character, folded ?? '\0');
  return folded;
}
