import { begin, number } from './fragments.ts';
import { sayCount, sayDigits, sayModel, sayOrdinal } from './han-numbers.ts';
import type { Rule } from './rule.ts';
import { pattern } from './rule.ts';

/** Names in which signs, letters and numbers mean something else than elsewhere. */
export const names: Rule[] = [
  { id: 'c-plus-plus', pattern: /(?<![A-Za-z\d])C\+\+(?![+A-Za-z\d])/gu, say: 'C加加' },
  { id: 'c-sharp', pattern: /(?<![A-Za-z\d])([CF])#(?![^#\s]{1,40}#)/gu, say: '$1 Sharp ' },
  {
    id: 'processor',
    pattern: /(?<![A-Za-z\d])([iIR])([3579])[- ](\d{3,5})(?=[A-Z]{0,3}(?:\d[A-Z])?(?![A-Za-z\d.]))/gu,
    say: (_, letter, class_, model) => `${letter}${sayDigits(class_)} ${sayModel(model)}`,
  },
  {
    id: 'graphics-card',
    pattern: /(?<![A-Za-z\d])(RTX|GTX|RX) ?(\d{3,4})(?![\d.])/gu,
    say: (_, letters, model) => `${letters} ${sayModel(model)}`,
  },
  {
    id: 'model-before-suffix',
    pattern: /(?<![\d.A-Za-z])(\d{3,5})(?=(?:Ti|TI|XTX?|HX|HS|X3D|KF|KS)(?![A-Za-z\d]))/gu,
    say: sayModel,
  },
  {
    id: 'oil-grade',
    pattern: /(?<![\d.A-Za-z])(0|5|10|15|20|25)[wW]-(8|12|16|[2-6]0)(?![\d.A-Za-z元块瓦])/gu,
    say: (_, cold, warm) => `${sayOrdinal(cold)}W${sayOrdinal(warm)}`,
  },
  {
    id: 'charger',
    pattern: pattern`${begin}(${number}) ?[wW](?=(?:有线|无线)?(?:快充|闪充|超充|超级快充|充电))`,
    say: (_, power) => `${sayCount(power)}瓦`,
  },
  { id: 'seven-eleven', pattern: /(?<![\d.A-Za-z])7-11(?=便利店|超市)/gu, say: '七十一' },
  { id: 'leading-point', pattern: /(?<=^|[¥$€£ ,~(:])\.(?=\d{1,2}(?![\d.]))/gu, say: '0.' },
];
