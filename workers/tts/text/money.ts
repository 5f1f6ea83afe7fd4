import { begin, end, number, unitSign } from './fragments.ts';
import { sayCount, sayDigits, sayInteger, sayNumber } from './han-numbers.ts';
import type { Rule } from './rule.ts';
import { pattern } from './rule.ts';

const currencies: Record<string, string> = {
  $: '美元',
  '€': '欧元',
  '£': '英镑',
  US$: '美元',
  HK$: '港币',
  NT$: '台币',
  AU$: '澳元',
  SG$: '新币',
  CA$: '加元',
  USD: '美元',
  EUR: '欧元',
  GBP: '英镑',
  HKD: '港币',
  TWD: '台币',
  AUD: '澳元',
  SGD: '新币',
  CAD: '加元',
  JPY: '日元',
  KRW: '韩元',
};
const code = '(?:USD|EUR|GBP|HKD|TWD|AUD|SGD|CAD|JPY|KRW)';
/** Before it two is 两, and the currency stands behind it. */
const scale = String.raw`( ?[万亿](?!\d))?`;
const unitNames: Record<string, string> = {
  kg: '公斤',
  g: '克',
  ml: '毫升',
  l: '升',
  m: '米',
  m2: '平方米',
  m3: '立方米',
  km: '公里',
  h: '小时',
  min: '分钟',
};
const priceWord =
  '(?:价|价格|价钱|只要|只需|只卖|仅需|仅|卖|到手|立减|直减|减|省|便宜|花|付|券后|才|就)(?:是|为|了|到|:)?';

const noPrice = '(?! ?[%‰折万亿倍A-Za-z个件斤公升克米分点版折号月成两])';

/** Prices as they are said in a shop: 39.9 → 三十九块九. */
export const money: Rule[] = [
  {
    id: 'scaled-range',
    pattern: pattern`${begin}(${number}) ?[-~至到] ?(?=${number} ?(?:[wW](?![A-Za-z])|(k)(?![A-Za-z])|[万千]))`,
    say: (_, from, thousand) => (thousand === '' ? `${sayCount(trimZeros(from))}到` : `${from}k到`),
  },
  {
    id: 'price-word-range',
    pattern: pattern`(?<=${priceWord} ?)(?=[\d到至 ~-]{1,9}\.\d)(\d{1,6}(?:\.\d{1,2})?) ?[-~到至] ?(\d{1,6}(?:\.\d{1,2})?)${end}${noPrice}(元|块钱|块)?`,
    say: (_, from, to, word) => `${sayPrice(from, '')}到${sayPrice(to, word || '元')}`,
  },
  {
    id: 'price-of-some',
    pattern: pattern`(¥ ?|)${begin}(?<!/)(\d{1,6}(?:\.\d{1,2})?)(元|块钱|块|) ?/ ?(\d{1,4}) ?(?=(kg|KG|g|ml|ML|L)(?![A-Za-z/])|[件个瓶盒袋双套条包支斤份箱罐桶片只卷提](?!/))`,
    say: (found, sign, amount, word, count, unit) =>
      sign !== '' || word !== '' || amount.includes('.') || (unit === '' && Number(amount) > Number(count))
        ? `${sayPrice(amount, word || '元')}${unit === '' ? '' : '每'}${count}`
        : found,
  },
  {
    id: 'currency-range',
    pattern: pattern`¥ ?(${number}) ?[-~到至] ?¥? ?(${number})${end}(元|块钱|块)?`,
    say: (_, from, to, word) => `${sayPrice(from, '')}到${sayPrice(to, word || '元')}`,
  },
  {
    id: 'amount-range',
    pattern: pattern`${begin}(${number}) ?[-~至到] ?(${number}) ?(元|块钱|块)`,
    say: (_, from, to, word) => `${sayPrice(from, '')}到${sayPrice(to, word)}`,
  },
  {
    id: 'ten-thousands',
    pattern: pattern`(¥ ?)?${begin}(${number}) ?[wW](?=\+|元|块|人|粉|单|件|个|份|次|播放|销量|点赞)(元|块)?`,
    say: (_, sign, amount, word) => `${sayCount(trimZeros(amount))}万${sign && !word ? '元' : word}`,
  },
  {
    id: 'ten-thousands-small',
    pattern: pattern`(¥ ?)?${begin}(${number}) ?w(?![A-Za-z])`,
    say: (_, sign, amount) => `${sayCount(trimZeros(amount))}万${sign ? '元' : ''}`,
  },
  {
    id: 'thousands',
    pattern: pattern`(¥ ?)?${begin}(\d{1,5}(?:\.\d{1,3})?) ?(?:k|(?<=[135679]|\d\d)K)(?![A-Za-z])`,
    say: (_, sign, amount) => `${sayInteger(String(Math.round(Number(amount) * 1_000)))}${sign ? '元' : ''}`,
  },
  {
    id: 'currency-large',
    pattern: pattern`¥ ?(${number})([万亿])(?:元|块)?`,
    say: (_, amount, scale) => `${sayCount(amount)}${scale}元`,
  },
  {
    id: 'yuan-sign',
    pattern: pattern`¥ ?(${number})${end} ?(元|块钱|块)?`,
    say: (_, amount, word) => sayPrice(amount, word || '元'),
  },
  {
    id: 'foreign-range',
    pattern: pattern`(\$|€|£) ?(${number}) ?[-~到至] ?(?:\1 ?)?(${number})${end}`,
    say: (_, sign, from, to) => `${sayCount(trimZeros(from))}到${sayForeign(to, '', sign)}`,
  },
  {
    id: 'foreign-sign',
    pattern: pattern`((?:(?<![A-Za-z])(?:US|HK|NT|AU|SG|CA))?\$|[€£]) ?(${number})${end}${scale}`,
    say: (_, sign, amount, times) => sayForeign(amount, times, sign),
  },
  {
    id: 'foreign-code',
    pattern: pattern`(?<![A-Za-z])(${code}) ?:? ?(${number})${end}${scale}`,
    say: (_, name, amount, times) => sayForeign(amount, times, name),
  },
  {
    id: 'foreign-code-behind',
    pattern: pattern`${begin}(${number})${scale} ?(${code})(?![A-Za-z])`,
    say: (_, amount, times, name) => sayForeign(amount, times, name),
  },
  {
    id: 'foreign-sign-behind',
    pattern: pattern`${begin}(${number}) ?([$€£])(?! ?\d)`,
    say: (_, amount, sign) => `${sayCount(trimZeros(amount))}${currencies[sign] ?? ''}`,
  },
  {
    id: 'currency-code',
    pattern: pattern`(?<![A-Za-z])(?:RMB|rmb|CNY) ?:? ?(${number})${end}`,
    say: (_, amount) => sayPrice(amount, '元'),
  },
  {
    id: 'currency-code-behind',
    pattern: pattern`${begin}(${number}) ?(?:RMB|rmb|CNY)(?![A-Za-z])`,
    say: (_, amount) => sayPrice(amount, '元'),
  },
  {
    id: 'kuai-and-more',
    pattern: /(?<![\d.A-Za-z])(\d{1,8})(块|元)(\d)(?:[毛角](\d)?分?)?(?![\d.元块万千百%折个件斤])/gu,
    say: (_, whole, word, tenth, hundredth) =>
      `${sayCount(whole)}${word}${sayDigits(tenth)}${hundredth === '' ? '' : `毛${sayDigits(hundredth)}`}`,
  },
  {
    id: 'amount',
    pattern: pattern`${begin}(${number})${end} ?(元(?![旦宵素])|块钱|块|圆)`,
    say: (_, amount, word) => sayPrice(amount, word),
  },
  {
    id: 'price-word',
    pattern: pattern`(?<=${priceWord} ?)(\d{1,8}\.\d{1,2})${end}${noPrice}`,
    say: (_, amount) => sayPrice(amount, '元'),
  },
  {
    id: 'price-of-a-piece',
    pattern: pattern`(?<=第 ?\d{1,2} ?[件份瓶盒个双条套袋包箱支罐] ?)(\d{1,8}\.\d{1,2})${end}(?! ?[%‰折万亿倍A-Za-z个件斤公升克米分点])`,
    say: (_, amount) => sayPrice(amount, '元'),
  },
  {
    id: 'price-before-word',
    pattern: pattern`${begin}(\d{1,8}\.\d{1,2})${end} ?(?=包邮|秒杀|拿走|到手|带走|抢|一[件个斤份套单瓶盒双条包支]|两件|[123]件|起|\/ ?(?:公斤|kg|[件个斤份套单瓶盒双条包支袋箱罐桶片只卷提](?!/)))`,
    say: (_, amount) => sayPrice(amount, '元'),
  },
  {
    id: 'per-unit',
    pattern: /(?<=[\p{Script=Han}\d]) ?\/ ?(kg|KG|g|ml|L|m[23]?|km|h|min)(?![A-Za-z\d])/gu,
    say: (_, unit) => `每${unitNames[unit.toLowerCase()] ?? unit}`,
  },
  {
    id: 'per',
    pattern: pattern`(?<=\p{Script=Han}|\d|\d${unitSign}) ?\/ ?(?=[个件斤克升米瓶盒包袋箱份套双条支片只人天月年次位晚台吨])`,
    say: '每',
  },
];

/** `word` ends whole amounts: 100 → 一百元; the others are said with 块: 39.9 → 三十九块九, 0.5 → 五毛. */
export function sayPrice(amount: string, word: string): string {
  const [whole = '', written = ''] = amount.split('.');
  const decimals = written.replace(/0+$/, '');
  if (decimals === '') return sayCount(whole) + word;
  if (decimals.length > 2) return sayNumber(amount) + (word || '元');
  const [tenth = '0', hundredth = '0'] = decimals;
  if (Number(whole) === 0) {
    if (tenth === '0') return `${sayCount(hundredth)}分`;
    return `${sayCount(tenth)}毛${hundredth === '0' ? '' : sayDigits(hundredth)}`;
  }
  const kuai = `${sayCount(whole)}块`;
  if (tenth === '0') return `${kuai}零${sayDigits(hundredth)}分`;
  return kuai + sayDigits(tenth) + (hundredth === '0' ? '' : `毛${sayDigits(hundredth)}`);
}

const sayForeign = (amount: string, times: string, currency: string): string =>
  sayCount(trimZeros(amount)) + times.trim() + (currencies[currency] ?? '');

const trimZeros = (amount: string): string => amount.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '');
