import { begin, number } from './fragments.ts';
import { sayCount, sayNumber } from './han-numbers.ts';
import type { Rule } from './rule.ts';
import { pattern } from './rule.ts';

/** As they are written, and as they are said. Longer ones first where one begins with another. */
const units: [signs: string, said: string][] = [
  ['km/h|KM/H|kmh', '公里每小时'],
  ['m/s', '米每秒'],
  ['km2|km\\^2', '平方公里'],
  ['cm2|cm\\^2', '平方厘米'],
  ['m2|m\\^2', '平方米'],
  ['cm3|cm\\^3', '立方厘米'],
  ['m3|m\\^3', '立方米'],
  ['mAh|MAH|mah', '毫安时'],
  ['kWh|KWH|kwh', '度'],
  ['kW|KW|kw', '千瓦'],
  ['mA', '毫安'],
  ['kV|KV', '千伏'],
  ['W', '瓦'],
  ['V(?!\\d)', '伏'],
  ['GHz|GHZ|Ghz|ghz', '吉赫'],
  ['MHz|MHZ|Mhz|mhz', '兆赫'],
  ['kHz|KHz|KHZ|khz', '千赫'],
  ['Hz|HZ|hz', '赫兹'],
  ['Mbps|mbps|MB/s', '兆每秒'],
  ['TB', 'T'],
  ['GB', 'G'],
  ['MB|M(?=宽带|流量)', '兆'],
  ['KB', 'K'],
  ['[kK][gG]', '公斤'],
  ['mg|MG', '毫克'],
  ['[μu]g', '微克'],
  ['g', '克'],
  ['lbs?', '磅'],
  ['oz|OZ', '盎司'],
  ['m[lL]|M[lL]', '毫升'],
  ['[lL]', '升'],
  ['[cC][mM]', '厘米'],
  ['mm|MM', '毫米'],
  ['dm', '分米'],
  ['nm', '纳米'],
  ['μm|um', '微米'],
  ['[kK][mM]', '公里'],
  ['ms', '毫秒'],
  ['mins?|MIN', '分钟'],
  ['m', '米'],
  ['[hH](?:rs?|ours?)?', '小时'],
  ['s(?:ecs?)?', '秒'],
  ['days?', '天'],
  ['°C|℃', '摄氏度'],
  ['°F|℉', '华氏度'],
  ['°', '度'],
  ['d[bB]', '分贝'],
  ['fps|FPS', '帧'],
  ['px', '像素'],
  ['kPa|KPa', '千帕'],
  ['Pa', '帕'],
  ['kcal|Kcal', '千卡'],
  ['cal', '卡'],
  ['kJ|KJ', '千焦'],
  ['lm', '流明'],
  ['Ω', '欧'],
  ['rpm|r/min', '转每分'],
  ['in(?:ch)?|["″”]', '英寸'],
  ['ft', '英尺'],
];
const said = units.map(([signs, words]) => ({ pattern: new RegExp(`^(?:${signs})$`, 'u'), words }));
const anySign = units.map(([signs]) => signs).join('|');

export const measures: Rule[] = [
  {
    id: 'volts-and-amperes',
    pattern: pattern`${begin}(${number}) ?V ?(?:[/×x*乘-] ?)?(${number}) ?A(?![A-Za-z\d])`,
    say: (_, volts, amperes) => `${sayCount(volts)}伏${sayCount(amperes)}安`,
  },
  {
    id: 'unit',
    pattern: pattern`${begin}(${number}) ?(${anySign})(?![A-Za-z\d])`,
    say: (_, amount, sign) => sayMeasure(amount, sign),
  },
];

/** Behind numbers that were written in words. */
export const wordMeasures: Rule[] = [
  {
    id: 'unit-behind-words',
    pattern:
      /(?<=[一二三四五六七八九十两百千万半几])(?:ml|kg|cm|mm|km|GHz|MHz|mAh)(?![\p{Script=Latin}\p{M}'])/gu,
    say: wordsOf,
  },
];

function wordsOf(sign: string): string {
  // A look-ahead in the table has done its work: what it looked at is not part of the sign.
  return said.find(({ pattern: signs }) => signs.test(sign))?.words ?? (sign === 'M' ? '兆' : sign);
}

function sayMeasure(amount: string, sign: string): string {
  const words = wordsOf(sign);
  return (/^[A-Z]/.test(words) ? sayNumber(amount) : sayCount(amount)) + words;
}
