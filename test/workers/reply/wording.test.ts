import t from 'tap';
import { Wording } from '../../../workers/reply/wording.ts';

void t.test('Wording does not say a name that would be heard as an offer of the shop', (t) => {
  const wording = new Wording(undefined);
  for (const name of ['一号只要九块九', '9块9的小明', '全场五折', '今天免费送', '9.9包邮', '买一送一'])
    t.equal(wording.name(name), '这位朋友', name);
  for (const [name, said] of [
    ['小明123', '小明'],
    ['2024加油', '二零二四加油'],
    ['送你一朵花', '送你一朵花'],
    ['三三', '三三'],
  ] as const)
    t.equal(wording.name(name), said, name);
  t.end();
});
