import t from 'tap';
import { figuresOfNothing } from '../../../../workers/tts/gate/gate-figures.ts';

void t.test('figuresOfNothing survives JSON, as every figure has to', (t) => {
  t.same(JSON.parse(JSON.stringify(figuresOfNothing)), figuresOfNothing);
  t.end();
});
