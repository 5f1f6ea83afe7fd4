import t from 'tap';
import { AnswerGuard } from '../../../../workers/reply/shop/answer-guard.ts';
import { numbersIn } from '../../../../workers/reply/shop/numbers-in.ts';

void t.test('numbersIn() reads a number in whatever notation', (t) => {
  const cases: [string, [number, string][]][] = [
    ['39.9', [[39.9, 'plain']]],
    ['３９．９元', [[39.9, 'money']]],
    ['¥39.90', [[39.9, 'money']]],
    ['三十九块九', [[39.9, 'money']]],
    ['39块9', [[39.9, 'money']]],
    ['39块9毛5', [[39.95, 'money']]],
    ['三十九元九角', [[39.9, 'money']]],
    ['三十九点九元', [[39.9, 'money']]],
    ['九块九包邮', [[9.9, 'money']]],
    ['9.9包邮', [[9.9, 'plain']]],
    ['五毛', [[0.5, 'money']]],
    ['九块九一件', [[9.9, 'money']]],
    ['39.9元一件', [[39.9, 'money']]],
    ['五折', [[5, 'fold']]],
    ['8.8折', [[8.8, 'fold']]],
    ['八五折', [[8.5, 'fold']]],
    ['半价', [[5, 'fold']]],
    ['对折', [[5, 'fold']]],
    ['一百多件', [[100.001, 'count']]],
    ['百来块钱', [[100.001, 'money']]],
    ['10余天', [[10.001, 'time']]],
    ['2万多单', [[20_000.001, 'count']]],
    ['百分之二十', [[20, 'percent']]],
    ['20%', [[20, 'percent']]],
    ['一百二十块钱', [[120, 'money']]],
    ['三百二', [[320, 'plain']]],
    ['1.5w件', [[15_000, 'count']]],
    ['两万块', [[20_000, 'money']]],
    ['1,299元', [[1_299, 'money']]],
    ['四十八小时发货', [[48, 'time']]],
    [
      '满99减20',
      [
        [99, 'plain'],
        [20, 'plain'],
      ],
    ],
    ['还有两百件', [[200, 'count']]],
    ['二十五岁', [[25, 'count']]],
  ];
  for (const [text, expected] of cases)
    t.same(
      numbersIn(text).map(({ value, kind }) => [value, kind]),
      expected,
      text,
    );
  t.end();
});

void t.test('numbersIn() takes words with numerals for words', (t) => {
  for (const text of [
    '十分好看',
    '万一不合适',
    '这一款',
    '一件一件来',
    '千万别错过',
    '第一次来',
    '双十一',
    '三多一少',
    '两来回',
    '百搭',
    '周六',
    '一起看看',
    '一个',
  ])
    t.same(numbersIn(text), [], text);
  t.match(numbersIn('十分钟'), [{ value: 10, kind: 'time' }]);
  t.end();
});

void t.test('AnswerGuard lets only numbers and promises through that are facts', (t) => {
  const guard = new AnswerGuard([
    '法式碎花连衣裙现在39.9元一件，平时99元。',
    '四十八小时内发货，全国包邮。',
    '满200减30。',
    '还有120件。',
  ]);
  for (const text of [
    '三十九块九就能带走',
    '39.9',
    '48小时内发',
    '全国免邮',
    '满两百块减三十',
    '还有120件',
    '平时九十九块',
    '面料很舒服',
  ])
    t.equal(guard.object(text), undefined, text);
  const lies: [string, 'number' | 'promise'][] = [
    ['今天29.9', 'number'],
    ['只要九块九', 'number'],
    ['给您打五折', 'number'],
    ['120元', 'number'],
    ['还有39.9件', 'number'],
    ['二十四小时发货', 'number'],
    ['七天无理由', 'number'],
    ['支持无理由退', 'promise'],
    ['假一赔三', 'promise'],
    ['送您一双袜子', 'promise'],
    ['保证正品', 'promise'],
    ['能治疗湿疹', 'promise'],
    ['还有一百二十多件', 'number'],
    ['给您打对折', 'number'],
    ['下单就送小礼物', 'promise'],
    ['不满意钱退给你', 'promise'],
    ['明天就给你发出去', 'promise'],
    ['买贵了退差', 'promise'],
    ['痘痘都没了', 'promise'],
    ['这是医生推荐的', 'promise'],
    ['坏了给你换新的', 'promise'],
    ['就剩最后几件', 'promise'],
    ['现在只要30元', 'number'],
    ['三十块钱一件', 'number'],
    ['一件两百', 'number'],
    ['价格减半', 'number'],
    ['这个不要钱', 'promise'],
    ['可以货到付款', 'promise'],
    ['给您发顺丰', 'promise'],
    ['拍一发三', 'promise'],
    ['当日就发', 'promise'],
    ['不满意就退', 'promise'],
    ['马上要涨价了', 'promise'],
    ['给您会员价', 'promise'],
    ['十几块钱的东西', 'promise'],
    ['比淘宝划算', 'promise'],
  ];
  for (const [text, kind] of lies) t.equal(guard.object(text)?.kind, kind, text);
  t.end();
});

void t.test('AnswerGuard takes what the facts deny for no promise', (t) => {
  const guard = new AnswerGuard([
    '下单四十八小时内发中通，不包邮，邮费十元。',
    '不支持七天无理由退换，没有运费险。',
    '支持货到付款，不限量。',
  ]);
  for (const text of ['全国包邮', '有运费险', '送运费险', '支持无理由', '可以退货', '限量的'])
    t.match(guard.object(text), { kind: 'promise' }, text);
  for (const text of [
    '不包邮的，邮费十块',
    '没有运费险哦',
    '可以货到付款',
    '发的中通',
    '不支持七天无理由退换',
  ])
    t.equal(guard.object(text), undefined, text);
  t.end();
});
