import { measure } from './fragments.ts';
import { sayDigits, sayInteger, sayOrdinal } from './han-numbers.ts';
import type { Rule } from './rule.ts';
import { pattern } from './rule.ts';

const year = String.raw`(?:19|20|21)\d{2}`;
const month = String.raw`(?:1[0-2]|0?[1-9])`;
const day = String.raw`(?:3[01]|[12]\d|0?[1-9])`;

const sayDate = (which: string, inMonth: string, onDay: string): string =>
  `${which === '' ? '' : `${sayDigits(which)}年`}${sayOrdinal(inMonth)}月${sayOrdinal(onDay)}日`;

export const dates: Rule[] = [
  {
    id: 'full-date',
    pattern: pattern`(?<![\d.])(${year})([-/.])(${month})\2(${day})(?![\d])日?`,
    say: (_, which, __, inMonth, onDay) => sayDate(which, inMonth, onDay),
  },
  {
    id: 'year-and-month',
    pattern: pattern`(?<![\d.\-/])(${year})[-/.](1[0-2]|0[1-9])(?![\d.]|[-/]\d)`,
    say: (_, which, inMonth) => `${sayDigits(which)}年${sayOrdinal(inMonth)}月`,
  },
  {
    id: 'year-range',
    pattern: pattern`(?<!\d)(${year}) ?[-~至到] ?(${year})(?=年| |$|[^\d\-/])`,
    say: (_, from, to) => `${sayDigits(from)}到${sayDigits(to)}`,
  },
  {
    id: 'year',
    pattern: /(?<![\d.])([12]\d{3}) ?(?=年(?!前|来|以上|历史|寿命|内))/gu,
    say: (_, which) => sayDigits(which),
  },
  {
    id: 'year-of-goods',
    pattern: pattern`(?<![\d.])(${year}|2\d年)(?=新款|款|春|夏|秋|冬|新品|届|版|新茶|新货)`,
    say: sayDigits,
  },
  { id: 'short-year', pattern: /(?<![\d.])0\d(?=年)/gu, say: sayDigits },
  { id: 'short-year-and-month', pattern: /(?<![\d.])[12]\d(?=年 ?1?\d月)/gu, say: sayDigits },
  { id: 'generation', pattern: /(?<![\d.])[05-9][05](?=后(?![天年来面]))/gu, say: sayDigits },
  {
    id: 'dotted-date-range',
    pattern: pattern`(?<![\d.]|[价卖要仅减省¥$约厚长宽高重度量率数深] ?)(${month})\.(${day}) ?[-~至到] ?(${month})\.(${day})(?![\d.]| ?(?:[%折码A-Za-z]|${measure}))(?=( ?(?:活动|大促|促销|期间|截止|预售|结束|有效)|))`,
    say: (found, fromMonth, fromDay, toMonth, toDay, word) =>
      word !== '' || (fromMonth === toMonth && fromDay.length === 2 && Number(fromDay) < Number(toDay))
        ? `${sayDate('', fromMonth, fromDay)}到${sayDate('', toMonth, toDay)}`
        : found,
  },
  {
    id: 'dotted-date-range-behind-word',
    pattern: pattern`(?<=(?:活动|时间|日期|大促|促销|预售|有效期|优惠|档期)(?:期间?|时间|日期)?[是为:从自在 ]{0,3})(${month})\.(${day}) ?[-~至到] ?(${month})\.(${day})(?![\d.]| ?(?:[%折码A-Za-z]|${measure}))`,
    say: (_, fromMonth, fromDay, toMonth, toDay) =>
      `${sayDate('', fromMonth, fromDay)}到${sayDate('', toMonth, toDay)}`,
  },
  {
    id: 'dotted-date',
    pattern: pattern`(?:(?<=截止(?:到|至|日期|时间)?[是为: ]{0,2})|(?<![\d.]|[价卖要仅减省¥$] ?)(?=[\d.]{3,5} ?(?:截止|开抢|开售|开播|上新|发货前)))(${month})\.(${day})(?![\d.]| ?(?:[%折码A-Za-z]|${measure}))`,
    say: (_, inMonth, onDay) => sayDate('', inMonth, onDay),
  },
  {
    id: 'festival',
    pattern:
      /(?<!\d|\.|[价卖要仅减省¥])(11\.11|12\.12|6\.18|3\.15|8\.18|5\.20(?=活动|大促|告白|表白|情人|礼)|9\.9(?=大促|节)|3\.8(?=节|大促|女神)|5\.1(?=放假|假期|小长假|劳动)|10\.1(?=放假|假期|长假|国庆))(?![\d.%折元块万斤个公])/gu,
    say: (found) => festivals[found] ?? sayDigits(found.replace('.', '')),
  },
  {
    id: 'dotted-date-and-time',
    pattern: pattern`(?<![\d.]|[价卖要仅减省¥$] ?)(${month})\.(${day})(?=(?:晚上?|早上?|上午|下午|中午|凌晨) ?\d{1,2}[点:])`,
    say: (_, inMonth, onDay) => sayDate('', inMonth, onDay),
  },
  { id: 'double-day', pattern: /双 ?(1[012]|[2-9])(?![\d.])/gu, say: (_, which) => `双${sayOrdinal(which)}` },
  {
    id: 'month-and-day',
    pattern: pattern`(?<![\d.])(${month}) ?月 ?(${day})(?: ?([日号])|(?!\d| ?[日号]| ?[-~至到] ?\d{1,2} ?[日号]))`,
    say: (_, inMonth, onDay, word) => `${sayOrdinal(inMonth)}月${sayOrdinal(onDay)}${word || '日'}`,
  },
  {
    id: 'slash-date-range',
    pattern: pattern`(?<![\d./])(${month})/(${day}) ?[-~至到] ?(${month})/(${day})(?![\d./])(?=((?:期间|活动|大促|促销))|(?![\s\S])|[ ,。!?;])`,
    say: (found, fromMonth, fromDay, toMonth, toDay, word) =>
      word !== '' || [fromDay, toDay].some((onDay) => Number(onDay) > 12)
        ? `${sayDate('', fromMonth, fromDay)}到${sayDate('', toMonth, toDay)}`
        : found,
  },
  {
    id: 'shopping-day',
    pattern: /(?<![\d./-])(?:11[/-]11|12[/-]12)(?![\d./-]| ?[码寸元个件%])/gu,
    say: (found) => sayDate('', found.slice(0, 2), found.slice(3)),
  },
  {
    id: 'dotted-day',
    pattern: pattern`(?<![\d.])(${month})\.(${day})(?=[日号])[日号]`,
    say: (_, inMonth, onDay) => sayDate('', inMonth, onDay),
  },
  {
    id: 'slash-date',
    pattern: pattern`(?<![\d./])(${month})/(1[3-9]|2\d|3[01]|0[1-9]|${day}(?=[日号]))(?![\d./])[日号]?(?! ?[码寸元个件%号])`,
    say: (_, inMonth, onDay) => sayDate('', inMonth, onDay),
  },
  {
    id: 'month-range',
    pattern: /(?<![\d.])(1[0-2]|[1-9]) ?[-~至到] ?(1[0-2]|[1-9])(?=月)/gu,
    say: (_, from, to) => `${sayOrdinal(from)}到${sayOrdinal(to)}`,
  },
  {
    id: 'day-range',
    pattern: /(?<![\d.])(3[01]|[12]\d|[1-9]) ?[-~至到] ?(3[01]|[12]\d|[1-9])(?=[日号])/gu,
    say: (_, from, to) => `${sayOrdinal(from)}到${sayOrdinal(to)}`,
  },
  {
    id: 'weekday-range',
    pattern: /(?<=周|星期|礼拜)([1-6]) ?[-~至到] ?(周|星期|礼拜|)([2-7])(?![\d.])/gu,
    say: (_, from, word, to) => `${sayDigits(from)}到${word}${sayDigits(to)}`,
  },
  {
    // Before 晚 and 点 two would be 两.
    id: 'weekday',
    pattern: /(?<=周|星期|礼拜)(?<!每周|一周)2(?= ?(?:晚|早|上午|下午|中午|凌晨|\d{1,2}[点:]))/gu,
    say: '二',
  },
  {
    id: 'named-weekday-range',
    pattern: /(?<=(?:周|星期|礼拜)[一二三四五六日天]) ?[-~至] ?(?=(?:周|星期|礼拜)[一二三四五六日天])/gu,
    say: '到',
  },
  {
    id: 'month-or-day',
    pattern: /(?<![\d.])(\d{1,4}) ?(?=[月日号])/gu,
    say: (_, which) => (/^0\d{2}/.test(which) ? sayDigits(which) : sayOrdinal(which)),
  },
];

const festivals: Record<string, string> = { '11.11': '双十一', '12.12': '双十二', '10.1': '十一' };

const hour = String.raw`(?:2[0-4]|[01]?\d)`;
const sixty = String.raw`[0-5]\d`;

export const times: Rule[] = [
  {
    id: 'half-of-day',
    pattern: pattern`(?<![\d:.])((?:1[0-2]|0?[1-9])(?::${sixty})?) ?([aApP])\.?[mM](?![A-Za-z\d])`,
    say: (_, clock, half) => sayHalf(clock, half),
  },
  {
    id: 'half-of-day-before',
    pattern: pattern`(?<![A-Za-z])([aApP])\.?[mM]\.? ?((?:1[0-2]|0?[1-9]):${sixty})(?![\d:])`,
    say: (_, half, clock) => sayHalf(clock, half),
  },
  {
    id: 'score',
    pattern: /(?<=比分|比例|配比|赔率|兑水|稀释)([是为约:]{0,2} ?)(\d{1,4}):(\d{1,4})(?![\d:])/gu,
    say: (_, between, left, right) => `${between}${sayOrdinal(left)}比${sayOrdinal(right)}`,
  },
  {
    id: 'countdown',
    pattern: pattern`(?<=(?:剩余?|倒计时|还有)[是为: ]{0,2})(\d{1,2}):(${sixty}):(${sixty})(?![\d:])`,
    say: (_, hours, minutes, seconds) =>
      `${Number(hours) === 0 ? '' : `${Number(hours)}小时`}${Number(minutes)}分${Number(seconds)}秒`,
  },
  {
    id: 'clock-range',
    pattern: pattern`(?<![\d:.])(${hour}):(${sixty}) ?[-~至到] ?(${hour}):(${sixty})(?![\d:])`,
    say: (_, hour1, minute1, hour2, minute2) => `${sayClock(hour1, minute1)}到${sayClock(hour2, minute2)}`,
  },
  {
    id: 'clock',
    pattern: pattern`(?<![\d:.])(${hour}):(${sixty})(?::(${sixty}))?(?![\d:])`,
    say: (_, atHour, minute, second) => sayClock(atHour, minute, second),
  },
  {
    id: 'hour-range',
    pattern: /(?<![\d.])(2[0-4]|1?\d) ?[-~至到] ?(2[0-4]|1?\d)(?=点)/gu,
    say: (_, from, to) => `${sayHour(from)}到${sayHour(to)}`,
  },
  {
    id: 'hour-and-minute',
    pattern: pattern`(?<![\d.A-Za-z])(${hour})点(${sixty})分?(?!\d)`,
    say: (_, atHour, minute) => sayClock(atHour, minute),
  },
  { id: 'hour', pattern: pattern`(?<![\d.A-Za-z])(${hour}) ?(?=点)`, say: (_, atHour) => sayHour(atHour) },
  {
    id: 'hours-and-minutes',
    pattern: /(?<![\d.A-Za-z])(\d{1,3}) ?[hH] ?(\d{1,2}) ?(?:min|m)?(?![A-Za-z\d])/gu,
    say: (_, hours, minutes) => `${hours}小时${minutes}分钟`,
  },
];

const sayHalf = (clock: string, half: string): string =>
  `${half.toLowerCase() === 'a' ? '上午' : '下午'}${clock.includes(':') ? clock : `${clock}点`}`;

const sayHour = (hour: string): string => (/^0?2$/.test(hour) ? '两' : sayInteger(hour));

function sayClock(hour: string, minute: string, second = ''): string {
  const minutes = minute === '00' && second === '' ? '' : `${sayUnderSixty(minute)}分`;
  return `${sayHour(hour)}点${minutes}${second === '' ? '' : `${sayUnderSixty(second)}秒`}`;
}

/** 05 → 零五 */
const sayUnderSixty = (value: string): string => (/^0[1-9]/.test(value) ? '零' : '') + sayInteger(value);
