import { AnswerGuard } from '../shop/answer-guard.ts';
import { numbersIn } from '../shop/numbers-in.ts';

/** Whether it is or is not so: with one more or without, any line says something else. */
const negations = /[不没无非别勿未莫禁]/u;
/** What limits a promise; each group is one limit in several words. Without it the promise is another. */
const limits = [
  ['部分', '个别', '指定', '某些', '有些', '有的', '少数'],
  ['限量', '数量有限', '名额有限', '库存有限', '先到先得'],
  ['限时', '仅限', '只限', '限', '仅', '只有', '只能'],
  ['满', '以上', '元起', '块起', '件起', '起步', '起批', '至少', '最少', '达到', '超过'],
  ['最多', '至多', '以内', '以下', '封顶', '不超过'],
  ['前'],
  ['首单', '新人', '新客', '第一次', '初次', '新用户'],
  ['会员', '粉丝', '老客'],
  ['为准'],
  ['除外', '除了', '不含', '不包括', '以外'],
  ['左右', '大约', '大概', '约', '可能', '也许', '预计', '一般'],
  ['如果', '要是', '假如', '倘若'],
  ['今天', '今晚', '今日', '当天'],
];

/** Words that look like limits, or like negations. */
const noLimits =
  /无理由|不错|没错|满意|前面|目前|非常|特别|分别|区别|级别|别的|别人|别家|无论|不管|不仅|不但|不光|差不多|忍不住|不得了|不容错过|(?:别|不要)(?:错过|走开)|不迷路|不见不散|无比|没问题|没关注|不知不觉|不知道|不妨|不如|别忘|不要忘|没关系|不用急|不着急|好不好|要不要|是不是|有没有|能不能/gu;

/** What makes a promise wider than it was. */
const wide = [
  '全场',
  '所有',
  '全部',
  '任何',
  '一律',
  '人人',
  '统统',
  '永久',
  '永远',
  '每一',
  '每个人',
  '随便',
];

export interface PromiseChange {
  kind: 'number' | 'promise' | 'condition';
  what: string;
}

/**
 * What another wording changes of what a line commits the shop to; undefined: nothing. Numbers stay, all of them and in their order (满199减20
 * is not 满20减199), no promise is added, and none loses its condition or becomes wider.
 */
export function changedPromise(line: string, wording: string): PromiseChange | undefined {
  const objection = new AnswerGuard([line]).object(wording);
  if (objection) return objection;
  const [had, has] = [line, wording].map((text) => [...new Set(bearingsIn(text))]);
  if (String(had) !== String(has)) return { kind: 'number', what: `${String(had)} became ${String(has)}` };
  const [before, after] = [line, wording].map((text) => text.replaceAll(noLimits, '')) as [string, string];
  const [negated, negates] = [before, after].map((text) => negations.exec(text)?.[0]);
  if ((negated === undefined) !== (negates === undefined))
    return {
      kind: 'condition',
      what: negated === undefined ? `with "${negates}"` : `without "${negated}"`,
    };
  // Whether there is anything in it that a shop is held to.
  if (!new AnswerGuard([]).object(line)) return undefined;
  for (const words of limits) {
    const lost = words.find((word) => before.includes(word));
    if (lost !== undefined && !words.some((word) => after.includes(word)))
      return { kind: 'condition', what: `without "${lost}"` };
  }
  const wider = wide.find((word) => wording.includes(word) && !line.includes(word));
  return wider === undefined ? undefined : { kind: 'condition', what: `with "${wider}"` };
}

/** The numbers of a text with what says what they are for: 满99, 减20, 39.9. */
function bearingsIn(text: string): string[] {
  const plainText = text.normalize('NFKC');
  let at = 0;
  return numbersIn(plainText).map(({ value, written }) => {
    const found = plainText.indexOf(written, at);
    if (found >= 0) at = found + written.length;
    const before = found < 0 ? '' : (plainText.slice(0, found).trimEnd().at(-1) ?? '');
    return `${bearing.test(before) ? before : ''}${value}`;
  });
}

const bearing = /[满减送买前限赠返省]/u;
