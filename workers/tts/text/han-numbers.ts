const digits = '零一二三四五六七八九';
const places = ['', '十', '百', '千'];
const myriads = ['', '万', '亿', '万亿'];

/** Digit by digit: 2026 → 二零二六. Everything else in the text stays. */
export function sayDigits(text: string): string {
  return text.replaceAll(/\d/g, (digit) => digits[Number(digit)] ?? '');
}

/** As telephone numbers are read: 1 is 幺, so that it is not taken for 七. Only digits are left. */
export function sayPhone(text: string): string {
  return sayDigits(text.replaceAll(/\D/g, '')).replaceAll('一', '幺');
}

/** A whole number of up to 16 digits: 1010 → 一千零一十, 15 → 十五, 200 → 两百. */
export function sayInteger(text: string): string {
  const number = text.replace(/^0+(?=\d)/, '');
  if (number === '0') return '零';
  const groups: string[] = [];
  for (let end = number.length; end > 0; end -= 4) groups.unshift(number.slice(Math.max(0, end - 4), end));
  let said = '';
  let isGap = false;
  for (const [index, group] of groups.entries()) {
    const myriad = myriads[groups.length - 1 - index] ?? '';
    if (Number(group) === 0) {
      isGap = true;
      continue;
    }
    if (said !== '' && (isGap || group.startsWith('0'))) said += '零';
    said += (group === '2' && myriad !== '' ? '两' : sayGroup(group)) + myriad;
    isGap = false;
  }
  return said.replace(/^一十/, '十').replace(/^二(?=[百千])/, '两');
}

/** Up to four digits, without zeros around them. */
function sayGroup(group: string): string {
  let said = '';
  let isGap = false;
  for (const [index, digit] of Array.from(group).entries()) {
    if (digit === '0') {
      isGap = said !== '';
      continue;
    }
    said += (isGap ? '零' : '') + sayDigits(digit) + (places[group.length - 1 - index] ?? '');
    isGap = false;
  }
  return said;
}

/** With its decimals, if it has any: 3.50 → 三点五零. */
export function sayNumber(text: string): string {
  const [whole = '', decimals] = text.split('.');
  return decimals === undefined ? sayInteger(whole) : `${sayInteger(whole)}点${sayDigits(decimals)}`;
}

/** Before a measure word, where two is 两. */
export function sayCount(text: string): string {
  return /^0*2$/.test(text) ? '两' : sayNumber(text);
}

/** After 第, where two is always 二. */
export function sayOrdinal(text: string): string {
  return sayInteger(text).replace(/^两/, '二');
}

/** A number in the name of a model: 15 → 十五, 100 → 一百, but 4090 → 四零九零. */
export function sayModel(text: string): string {
  if (text.includes('.')) return text.split('.').map(sayModel).join('点');
  const isShort = text.length <= 2 && !text.startsWith('0');
  return isShort || /^[1-9]00$/.test(text) ? sayOrdinal(text) : sayDigits(text);
}
