import t from 'tap';
import { SpeechShaper } from '../../../../workers/reply/model/speech-shaper.ts';

function shape(text: string, size: number, beginsThinking = false): string {
  const shaper = new SpeechShaper({ beginsThinking });
  let result = '';
  for (let at = 0; at < text.length; at += size) result += shaper.push(text.slice(at, at + size));
  return result + shaper.flush();
}

void t.test('SpeechShaper takes out what cannot be said, in pieces of any size', (t) => {
  const cases: [string, string][] = [
    ['**好的**，这款`面料`舒服', '好的，这款面料舒服'],
    ['## 标题\n- 一点\n- 两点\n1. 三点', '标题\n一点\n两点\n三点'],
    ['好的😊👨‍👩‍👧🇨🇳，来', '好的，来'],
    ['*微笑* 你好（开心地笑）呀', '你好呀'],
    ['看[这里](https://a.b/c)吧', '看这里吧'],
    ['<think>价格9.9</think>好的', '好的'],
    ['好的</think>呀', '好的呀'],
    ['<思考>他问价格</思考>好的', '好的'],
    ['（轻轻叹了口气，看向窗外）好呀。（想了想）来吧。', '好呀。来吧。'],
    ['面料（纯棉）很好。', '面料（纯棉）很好。'],
    ['（3岁以上）能用。', '（3岁以上）能用。'],
    ['[开心]好呀[鲜花]', '好呀'],
    ['好呀\n---\n再来', '好呀\n再来'],
    ['作为一个AI语言模型，我觉得不错', '我觉得不错'],
    ['你好<|im_end|>呀', '你好呀'],
    ['价格39.9元（一件）', '价格39.9元（一件）'],
    ['主播：大家好', '大家好'],
  ];
  for (const [text, expected] of cases)
    for (const size of [1, 2, 3, 7, 100])
      t.equal(shape(text, size).trim(), expected, `${text} in pieces of ${size}`);
  t.equal(shape('先想想九块九</think>好的', 2, true), '好的');
  t.equal(shape('<think>没有完', 2), '');
  t.end();
});
