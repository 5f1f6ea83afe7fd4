import t from 'tap';
import { defaultIdleScripts, defaultRules } from '../../protocol/default-texts.ts';

void t.test('what is said of itself promises nothing that a shop may not keep', (t) => {
  const texts = [
    ...defaultIdleScripts.flatMap(({ lines }) => lines),
    ...defaultRules.flatMap(({ say }) => say),
  ];
  for (const text of texts) t.notMatch(text, /福利|优惠|包邮|赠|免费|抽奖|便宜/u, text);
  t.end();
});
