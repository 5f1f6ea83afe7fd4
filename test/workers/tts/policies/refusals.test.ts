import t from 'tap';
import { EngineError } from '../../../../workers/tts/endpoint.ts';
import { Refusals } from '../../../../workers/tts/policies/refusals.ts';

const refused = (status: number) => new EngineError('refused', 'no', { status });

void t.test('isFault() blames for what is refused to all', (t) => {
  for (const status of [301, 302, 307, 401, 402, 403, 404, 405, 410])
    t.equal(new Refusals().isFault(refused(status), '甲'), true, `${status}`);
  t.equal(new Refusals().isFault(new EngineError('server', 'no', { status: 400 }), '甲'), true);
  t.end();
});

void t.test('isFault() blames for what may be of the text once different texts are refused', (t) => {
  for (const status of [0, 400, 413, 422]) {
    const refusals = new Refusals();
    const judge = (text: string) => refusals.isFault(refused(status), text);
    t.same(['甲', '甲', '乙', '乙', '甲'].map(judge), [false, false, true, false, true], `${status}`);
    refusals.clear();
    t.same(['乙', '甲'].map(judge), [false, true], 'it spoke in between');
  }
  t.end();
});
