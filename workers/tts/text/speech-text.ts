import { alike, invisible, signs } from './characters.ts';
import { codes, models } from './codes.ts';
import { dates, times } from './dates-and-times.ts';
import { latin } from './latin.ts';
import { money } from './money.ts';
import { countedNumbers, longNumbers, plainNumbers } from './numbers.ts';
import { offers, ranges, relations } from './relations.ts';
import { names } from './names.ts';
import type { Rule } from './rule.ts';
import { applyRules } from './rule.ts';
import { digitSlang, letterSlang, mixedSlang } from './slang.ts';
import { silentSigns, spokenSigns } from './symbols.ts';
import { accents, tidy } from './tidy.ts';
import { measures, wordMeasures } from './units.ts';
import { mentions, visualOnly } from './visual-only.ts';

/** Changes with every change of what a text sounds like: sounds that were kept under another one are of no use. */
export const normaliserVersion = 4;

const written: Rule[] = [...invisible, ...visualOnly, ...signs];

/** In order: who stands further up knows better what a number is. */
const spoken: Rule[] = [
  ...alike,
  ...names,
  ...mentions,
  ...mixedSlang,
  ...codes,
  ...longNumbers,
  ...ranges,
  ...dates,
  ...times,
  ...offers,
  ...money,
  ...relations,
  ...measures,
  ...countedNumbers,
  ...models,
  ...digitSlang,
  ...plainNumbers,
  ...spokenSigns,
  ...silentSigns,
];

const lettered: Rule[] = [...accents, ...wordMeasures, ...letterSlang, ...latin, ...tidy];

/**
 * Text as people write it, in the words that a voice for Chinese says; '' when nothing of it can be said. What comes out has letters,
 * single spaces and the marks ，。！？；、 only, never a digit: GPT-SoVITS leaves out everything that is neither Han nor a basic mark.
 * It is total, and changes nothing the second time.
 */
export function speechText(text: string): string {
  const plain = applyRules(text.toWellFormed(), written).normalize('NFKC');
  const words = applyRules(plain, spoken).normalize('NFC');
  const said = applyRules(words, lettered).trim();
  return /\p{L}/u.test(said) ? said : '';
}
