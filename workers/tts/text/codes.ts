import { sayDigits, sayModel, sayOrdinal, sayPhone } from './han-numbers.ts';
import type { Rule } from './rule.ts';
import { letterWords } from './slang-words.ts';

/** Numbers that name something, which are read digit by digit. */
export const codes: Rule[] = [
  {
    id: 'foreign-phone',
    pattern: /\+ ?86[- ]?(1[3-9]\d[- ]?\d{4}[- ]?\d{4})(?!\d)/gu,
    say: (_, phone) => `加八六${sayPhone(phone)}`,
  },
  { id: 'mobile', pattern: /(?<![\d.])1[3-9]\d([- ]?)\d{4}\1\d{4}(?!\d)/gu, say: sayPhone },
  {
    id: 'masked-mobile',
    pattern: /(?<!\d)(1[3-9]\d)\*{2,8}(\d{4})(?!\d)/gu,
    say: (_, head, tail) => `${sayPhone(head)},尾号${sayPhone(tail)}`,
  },
  { id: 'service-phone', pattern: /(?<!\d)[48]00[- ]?\d{3,4}[- ]?\d{3,4}(?!\d)/gu, say: sayPhone },
  {
    id: 'landline',
    pattern: /(?<!\d)(?:\(0\d{2,3}\) ?|0\d{2,3}[- ])(?:\d{7,8}|\d{3,4}[- ]\d{4})(?!\d)/gu,
    say: sayPhone,
  },
  {
    id: 'short-phone',
    pattern:
      /(?<!\d)(?:12315|12306|12345|10086|10010|95\d{3}|(?<=[打拨找][通打]?)1(?:10|14|19|20|22))(?![\d.元块个件人名位])/gu,
    say: sayPhone,
  },
  {
    id: 'labelled-phone',
    pattern:
      /(?<=(?:电话|手机号?|热线|座机|致电|QQ群?|qq群?|群号|扣扣)(?:号码?)?[是为:# ]{0,3})(?<!\d)(\d[\d\- ]{3,18}\d)(?!\d)/gu,
    say: sayPhone,
  },
  {
    id: 'labelled-code',
    pattern:
      /(?<=(?:单号|编号|货号|款号|尾号|后四位|验证码|校验码|取件码|提货码|兑换码|激活码|邀请码|口令|密码|房间号|房号|直播间号|抖音号|快手号|微信号?|账号|工号|卡号|车牌号?|邮编|条码|型号|序列号|批号|学号|证号|(?<![A-Za-z])(?:ID|id|VX|vx))[是为:# ]{0,3})(?<![A-Za-z\d])([A-Za-z_]{0,8}[\d_-]{0,24}\d[A-Za-z]{0,4})(?![A-Za-z\d])(?! ?[元块折%])/gu,
    say: (_, code) => spellOut(code),
  },
  {
    // Letters that are a word among friends name something in front of a number.
    id: 'code-like-slang',
    pattern:
      /(?<![A-Za-z\d])(?:([A-Z]{2,6}) |([A-Za-z]{2,6})[_-])(\d{3,12})(?![\d.A-Za-z])(?! ?[元块折%件个])/gu,
    say(found, alone, joined, digits) {
      const letters = alone || joined;
      if (!Object.hasOwn(letterWords, letters.toLowerCase())) return found;
      return `${Array.from(letters.toUpperCase()).join(' ')} ${sayDigits(digits)}`;
    },
  },
  {
    id: 'tracking-number',
    pattern: /(?<![A-Za-z\d])([A-Z]{1,4})(\d{6,20})(?!\d)/gu,
    say: (_, letters, digits) => `${Array.from(letters).join(' ')} ${sayDigits(digits)}`,
  },
];

const spellOut = (code: string): string =>
  Array.from(code)
    .map((character) =>
      /[a-z]/i.test(character) ? ` ${character.toUpperCase()} ` : sayDigits(character.replace(/[_-]/, '')),
    )
    .join('')
    .replaceAll('  ', ' ')
    .trim();

/** Names of models, sizes and versions, in which letters and digits stand together. */
export const models: Rule[] = [
  {
    id: 'version',
    pattern: /(?<![A-Za-z\d])[vV]\.? ?(\d{1,4}(?:\.\d{1,4}){0,4})(?![\d.]*[A-Za-z\d])/gu,
    say: (_, version) => `V${sayModel(version)}`,
  },
  {
    id: 'resolution',
    pattern: /(?<![A-Za-z\d.])(\d{3,4})[pP](?![A-Za-z\d])/gu,
    say: (_, lines) => `${sayDigits(lines)}P`,
  },
  {
    id: 'number-and-letter',
    pattern: /(?<![A-Za-z\d.])(\d{1,4})([A-Z])(?![A-Za-z\d])/gu,
    say: (_, number, letter) => `${sayOrdinal(number)}${letter}`,
  },
  {
    id: 'size',
    pattern: /(?<![A-Za-z\d.])(\d{1,2})(X{1,4}[LS])(?![A-Za-z\d])/gu,
    say: (_, number, letters) => `${sayOrdinal(number)}${Array.from(letters).join(' ')}`,
  },
  {
    id: 'letter-and-number',
    pattern: /(?<![A-Za-z\d])([A-Za-z])[-]?(\d{1,5}(?:\.\d{1,3})?)(?!\d)/gu,
    say: (_, letter, number) => `${letter}${sayModel(number)}`,
  },
  {
    id: 'word-and-number',
    pattern: /(?<=[A-Za-z]{2})-?(\d{1,5}(?:\.\d{1,3})?)(?!\d)/gu,
    say: (_, number) => ` ${sayModel(number)}`,
  },
  {
    id: 'word-and-long-number',
    pattern: /(?<=[A-Za-z]{2})(\d{6,12})(?![\d.])/gu,
    say: (_, number) => ` ${sayDigits(number)}`,
  },
  {
    id: 'number-and-word',
    pattern: /(?<=\d)(?=[A-Za-z]{2})/gu,
    say: ' ',
  },
];
