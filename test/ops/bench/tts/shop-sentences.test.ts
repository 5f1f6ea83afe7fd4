import t from 'tap';
import { shopSentences } from '../../../../ops/bench/tts/shop-sentences.ts';

void t.test(
  'shopSentences() makes as many different sentences as are wanted, the same ones for a seed',
  (t) => {
    const made = shopSentences({ seed: 5, count: 300, tongue: 'zh' });
    t.equal(new Set(made).size, 300);
    t.same(shopSentences({ seed: 5, count: 300, tongue: 'zh' }), made);
    t.notSame(shopSentences({ seed: 6, count: 300, tongue: 'zh' }), made);
    t.ok(made.every((sentence) => sentence.length >= 2 && sentence.length <= 40));
    t.ok(
      shopSentences({ seed: 5, count: 40, tongue: 'en' }).every((sentence) => /^[a-z ,.]+$/.test(sentence)),
    );
    t.end();
  },
);
