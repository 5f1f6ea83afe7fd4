import { hanNumerals, hanValue } from './han-value.ts';

/** What a number is of. `plain`: it is not said. `fold`: 五折. */
export type NumberKind = 'money' | 'fold' | 'percent' | 'time' | 'count' | 'plain';

export interface FoundNumber {
  value: number;
  kind: NumberKind;
  /** As it stands in the text. */
  written: string;
}

const han = `[${hanNumerals}]`;
const arabic = String.raw`\d+(?:,\d{3})*(?:\.\d+)?`;
/** Also of what is not told exactly: 一百多件, 百来块, 10余天. */
const about = '多来余';
const amount = `(?:(?:${arabic}|${han}+(?:点${han}+)?)\\s*[${about}]?)`;
const scaled = String.raw`${amount}\s*(?:[万wWkK][${about}]?)?`;
const time = '个?(?:天|小时|钟头|分钟|秒|年|个月|月|周|星期|日|号|点钟)';
const digit = `[\\d${hanNumerals.slice(0, 23)}]`;
const unit = '[件个只双条套盒瓶袋斤支片份箱桶罐台张本人位单倍天年月]';
const count =
  '(?:件|个|只|双|条|套|盒|瓶|包(?!邮)|袋|斤|公斤|千克|克|kg|g|ml|毫升|升|片|支|份|箱|桶|罐|台|张|本|人|位|单|倍|层|米|厘米|cm|岁|码|次|种|款|颗|粒)';

/** Words with numerals that are no numbers. */
const idioms =
  /十分(?!钟)|万一|千万(?!元|块)|一一|三三两两|五花八门|四面八方|七上八下|乱七八糟|三番五次|双十一|双十二|五一|六一|七夕|三八节|(?:星期|周|礼拜)[一二三四五六]|独一无二|不三不四|一五一十|百搭|百货|千家万户|万家|千里|一心一意|万能|百变|三文鱼|八宝|五谷|九分裤|七分裤|五分裤|七分袖|五分袖|四季|四面|两用|一体|统一|唯一|一起|一直|一样|一定|一般|一些|一下|一点(?![一二三四五六七八九零])|一边|一旦|一共|一律|一向|一生|一切|一会|一家人|第一时间|一二三|同一|之一/gu;

const pattern = new RegExp(
  [
    String.raw`(?<percent>百分之${amount}|${arabic}\s*[%％])`,
    String.raw`(?<fold>${amount}\s*折)`,
    String.raw`(?<half>半价|对折|减半)`,
    String.raw`(?<split>(?<![\d.])(?<whole>\d{1,8}|${han}+)\s*(?:块|元)\s*(?<tenth>${digit})(?:[毛角]?(?<hundredth>${digit})分?|[毛角])?(?!${unit}|[\d.十百千万折]|元|块))`,
    String.raw`(?<cents>${amount}\s*(?:毛|角|分钱)钱?)`,
    String.raw`(?<money>[¥￥]\s*${scaled}|${scaled}\s*(?:块钱|块|元|圆|rmb|RMB|人民币))`,
    String.raw`(?<time>${amount}\s*${time})`,
    String.raw`(?<count>${scaled}\s*${count})`,
    String.raw`(?<plain>${scaled})`,
  ].join('|'),
  'gu',
);

/** Every number of a text, in whatever notation: 39.9, 三十九块九, 39块9, 9.9包邮, 五折, 8.8折, 百分之二十, 20%, 半价, 1.5w. */
export function numbersIn(text: string): FoundNumber[] {
  const plainText = text.normalize('NFKC').replaceAll(idioms, '、');
  return [...plainText.matchAll(pattern)].flatMap(({ 0: written, groups = {} }) => {
    const found = read(groups);
    return found ? [{ ...found, written }] : [];
  });
}

function read(groups: Record<string, string | undefined>): Omit<FoundNumber, 'written'> | undefined {
  const {
    percent,
    fold,
    half,
    split,
    whole,
    tenth,
    hundredth,
    cents,
    money,
    time: span,
    count: number,
  } = groups;
  if (percent !== undefined) return of(percent.replace('百分之', ''), 'percent');
  if (fold !== undefined) return foldOf(fold);
  if (half !== undefined) return { value: 5, kind: 'fold' };
  if (split !== undefined) {
    const value = (valueOf(whole) ?? NaN) + (valueOf(tenth) ?? NaN) / 10 + (valueOf(hundredth) ?? 0) / 100;
    return Number.isNaN(value) ? undefined : { value: round(value), kind: 'money' };
  }
  if (cents !== undefined) {
    const value = valueOf(cents);
    return value === undefined
      ? undefined
      : { value: round(value / (cents.includes('分') ? 100 : 10)), kind: 'money' };
  }
  if (money !== undefined) return of(money, 'money');
  if (span !== undefined) return of(span, 'time');
  if (number !== undefined) return isArticle(number) ? undefined : of(number, 'count');
  const { plain = '' } = groups;
  // A numeral alone is a word more often than a number.
  return new RegExp(`^${han}[${about}]?\\s*$`, 'u').test(plain) ? undefined : of(plain, 'plain');
}

/** 一件, 一个: more often "a" than "one". */
const isArticle = (text: string): boolean => text.startsWith('一') && Array.from(text).length <= 2;

/** 八五折 is 8.5, and so is 85折. */
function foldOf(text: string): Omit<FoundNumber, 'written'> | undefined {
  const value = valueOf(text);
  if (value === undefined) return undefined;
  return { value: value > 10 ? round(value / 10) : value, kind: 'fold' };
}

function of(text: string, kind: NumberKind): Omit<FoundNumber, 'written'> | undefined {
  const value = valueOf(text);
  if (value === undefined) return undefined;
  return { value: round(isAbout.test(text) ? value + more : value), kind };
}

const isAbout = new RegExp(`[${about}]`, 'u');

function valueOf(text = ''): number | undefined {
  const digits = /\d+(?:,\d{3})*(?:\.\d+)?/.exec(text);
  const scale = /[万wW]/.test(text) ? 10_000 : /[kK](?!g)/.test(text) ? 1_000 : 1;
  if (digits) return Number(digits[0].replaceAll(',', '')) * scale;
  const numeral = new RegExp(`${han}+(?:点${han}+)?`, 'u').exec(text)?.[0];
  if (numeral === undefined) return undefined;
  const [whole = '', decimals] = numeral.split('点');
  const value = hanValue(whole);
  if (value === undefined || decimals === undefined) return value;
  const parts = Array.from(decimals, (character) => hanValue(character));
  return parts.some((part) => part === undefined || part > 9)
    ? undefined
    : Number(`${value}.${parts.join('')}`);
}

/** More than the number itself, which is another promise. */
const more = 0.001;

const round = (value: number): number => Math.round(value * 10_000) / 10_000;
