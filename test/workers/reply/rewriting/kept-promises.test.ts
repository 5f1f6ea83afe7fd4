import t from 'tap';
import { changedPromise } from '../../../../workers/reply/rewriting/kept-promises.ts';

const same: [line: string, wording: string][] = [
  ['满199减20，满299减50。', '凑够满199元就减20，满299元再减50。'],
  ['前100名送运费险。', '运费险送给前100名。'],
  ['三十九块九一件，两件八折。', '一件39.9元，两件打八折。'],
  ['四十八小时内发货。', '48小时内就发货。'],
  ['不支持无理由退换。', '这个是不能无理由退换的。'],
  ['刚来的朋友点个关注。', '还没关注的朋友，点个关注不迷路，别错过。'],
  ['今天39.9元，就39.9元。', '今天只要39.9元。'],
];

const changed: [kind: string, line: string, wording: string][] = [
  ['number', '满199减20。', '满20减199。'],
  ['number', '满199减20。', '满199有优惠。'],
  ['number', '满199减20。', '满199减30。'],
  ['number', '满99元包邮，39.9元一件。', '99元一件，满39.9元包邮。'],
  ['number', '前100名送运费险。', '送运费险，送100份。'],
  ['number', '四十八小时内发货。', '二十四小时内发货。'],
  ['number', '两件八折。', '两件七折。'],
  ['promise', '前100名送运费险。', '现在下单就送运费险。'],
  ['promise', '喜欢的朋友可以下单。', '喜欢的朋友下单包邮。'],
  ['promise', '七天内可以退。', '七天内全额退。'],
  ['promise', '不支持无理由退换。', '支持无理由退换。'],
  ['condition', '部分商品包邮。', '我们的商品包邮。'],
  ['condition', '今天下单包邮。', '下单就包邮。'],
  ['condition', '会员免费领取试用装。', '大家免费领取试用装。'],
  ['condition', '新人包邮。', '人人包邮。'],
  ['condition', '店里的商品包邮。', '全部商品包邮。'],
  ['promise', '这款不支持退换。', '这款支持退换哦，特别方便。'],
  ['condition', '不含酒精，敏感肌可以用。', '敏感肌也能用，含有酒精，非常温和。'],
  ['condition', '敏感肌可以用。', '敏感肌不可以用。'],
  ['promise', '面料很透气，穿着舒服。', '真丝的面料，穿着透气舒服。'],
  ['promise', '刚进来的朋友点个关注。', '刚进来的朋友点个关注，马上抽奖。'],
];

void t.test('changedPromise() finds nothing where a shop is held to the same', (t) => {
  for (const [line, wording] of same) t.equal(changedPromise(line, wording), undefined, wording);
  t.end();
});

void t.test('changedPromise() finds numbers, promises and conditions that are others', (t) => {
  for (const [kind, line, wording] of changed) t.equal(changedPromise(line, wording)?.kind, kind, wording);
  t.end();
});
