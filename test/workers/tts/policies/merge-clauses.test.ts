import t from 'tap';
import { mergeClauses } from '../../../../workers/tts/policies/merge-clauses.ts';
import { seeded } from '../../../supervisor/seeded.ts';

void t.test('mergeClauses() takes the pauses away that leave a clause too short', (t) => {
  const cases: [string, string][] = [
    ['好的，谢谢大家。', '好的谢谢大家。'],
    ['嗯，这一款是今天的特价，只要九十九元。', '嗯这一款是今天的特价，只要九十九元。'],
    ['今天的宝贝都在下方，快来。', '今天的宝贝都在下方快来。'],
    ['欢迎大家来到直播间，今天的宝贝都在下方。', '欢迎大家来到直播间，今天的宝贝都在下方。'],
    ['好！好，谢谢。', '好！好谢谢。'],
    ['一共1,000元。', '一共1,000元。'],
    ['', ''],
  ];
  for (const [text, merged] of cases) t.equal(mergeClauses(text), merged);
  t.end();
});

void t.test('mergeClauses() leaves no clause short, changes no word, and has nothing to do twice', (t) => {
  const signs = ['，', '、', '。', '！', '好', '的', '欢', '迎', '来', '到', '直', '播', '间'];
  for (let seed = 1; seed <= 3_000; seed++) {
    const random = seeded(seed);
    const length = 1 + Math.floor(random() * 40);
    const text = Array.from({ length }, () => signs[Math.floor(random() * signs.length)]).join('');
    const merged = mergeClauses(text);
    const isSame = merged.replaceAll(/[，、]/g, '') === text.replaceAll(/[，、]/g, '');
    if (!isSame || mergeClauses(merged) !== merged) t.fail(`${text} became ${merged}`);
    for (const sentence of merged.split(/[。！]/)) {
      const clauses = sentence.split(/[，、]/);
      if (clauses.length > 1 && clauses.some((clause) => clause.length < 6))
        t.fail(`${text} became ${merged}`);
    }
  }
  t.end();
});
