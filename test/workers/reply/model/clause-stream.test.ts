import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import t from 'tap';
import { modelSchema } from '../../../../protocol/reply/model-config.ts';
import { wordsSchema } from '../../../../protocol/reply/words-config.ts';
import { ClauseJudge } from '../../../../workers/reply/model/clause-judge.ts';
import { ClauseStream } from '../../../../workers/reply/model/clause-stream.ts';
import { openWords } from '../../../../workers/reply/words/open-words.ts';
import { facts, hear, openChain } from './open-chain.ts';

const words = await openWords(wordsSchema.parse({}), '.');

/** What is said of an answer that comes in these pieces. */
function say(pieces: string[], finish = 'stop', maxCharacters = 120): { text: string; reason: string } {
  const judge = new ClauseJudge(modelSchema.parse({}), facts);
  const stream = new ClauseStream({ words, judge, beginsThinking: false, maxCharacters });
  for (const piece of pieces) stream.push(piece);
  stream.end(finish);
  return { text: stream.take().join(''), reason: stream.verdict.reason };
}

void t.test('ClauseStream leaves out the beginning of a sentence whose end never came', async (t) => {
  const half = ['面料很', '舒服。夏天穿着', '一点也不'];
  t.same(say(half, ''), { text: '面料很舒服。', reason: 'shortened' });
  t.same(say(half, 'length'), { text: '面料很舒服。', reason: 'shortened' });
  t.same(say(half), { text: '面料很舒服。夏天穿着一点也不。', reason: 'open' }, 'it says that this is all');
  t.same(say(['面料很舒服。'], ''), { text: '面料很舒服。', reason: 'open' }, 'nothing is missing');
  t.equal(say(['面料很舒服']).text, '面料很舒服。', 'and it gets its mark');
});

void t.test('ClauseStream looks at no more of a huge piece than it needs', async (t) => {
  let asked = 0;
  const judge = { object: () => (asked++, undefined) } as unknown as ClauseJudge;
  const stream = new ClauseStream({ words, judge, beginsThinking: false, maxCharacters: 120 });
  stream.push(Array.from({ length: 100_000 }, (_, at) => `第${at}句。`).join(''));
  t.equal(stream.verdict.reason, 'shortened');
  t.ok(asked < 500, `${asked} clauses were judged`);
  t.ok(stream.take().join('').length <= 120);
  const silent = new ClauseStream({ words, judge, beginsThinking: false, maxCharacters: 120 });
  for (let times = 0; times < 40; times++) silent.push('😀'.repeat(5_000));
  t.equal(silent.verdict.detail, 'it has no end');
});

void t.test('ClauseStream says no program, no call of a tool and no label of a part', async (t) => {
  for (const text of [
    '<tool_call>{"name":"get_price","arguments":{"id":1}}</tool_call>',
    '{"name":"get_price","arguments":{"product":"裙子"}}',
    '```python\nprint("你好你好")\n```',
    '【思考】他问心情。【回答】很开心呀。',
  ])
    t.same(say(Array.from(text)), { text: '', reason: 'guarded' }, text);
});

void t.test('ask() takes the end of a connection for no end of a sentence', async (t) => {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(
      `data: ${JSON.stringify({ choices: [{ delta: { content: '面料很舒服。夏天穿着一点' } }] })}\n\n`,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const chain = await openChain(t, [`http://127.0.0.1:${(server.address() as AddressInfo).port}`]);
  const { text, end } = await hear(chain, '这款怎么样');
  t.equal(text, '面料很舒服。');
  t.equal(end.reason, 'shortened');
});
