import { pino } from 'pino';
import { modelSchema } from '../../../protocol/reply/model-config.ts';
import { wordsSchema } from '../../../protocol/reply/words-config.ts';
import { ModelChain } from '../../../workers/reply/model/model-chain.ts';
import { openWords } from '../../../workers/reply/words/open-words.ts';
import { openModel } from '../../sim/model/server.ts';
import type { BenchOptions } from '../report.ts';
import { quantile } from '../report.ts';
import type { Measured } from '../measure-rows.ts';

const firstTokenMs = 200;
const answer = '好的呀家人们，这款面料很舒服，夏天穿着不闷。喜欢的话可以看看小黄车里的详情。';
/** Two characters each: the fourth has the mark that ends the first clause. */
const delimiterToken = 3;
const goalMs = 10;

/** How soon the first clause of a model is there, after the question and after the token that completes it. */
export async function measureModel({ isQuick }: BenchOptions): Promise<Measured> {
  const runs = isQuick ? 20 : 300;
  await using server = await openModel({ firstTokenMs, tokenMs: 10, answer });
  const endpoints = [{ id: 'sim', url: `${server.url}/v1`, model: 'simulated' }];
  await using chain = await ModelChain.open({
    config: modelSchema.parse({ endpoints, rate: { capacity: 10_000, perSecond: 1_000 } }),
    words: await openWords(wordsSchema.parse({}), '.'),
    log: pino({ level: 'silent' }),
    store: undefined,
  });
  const context = { viewerId: '', nickname: '' };
  const sinceQuestion: number[] = [];
  const sinceToken: number[] = [];
  for (let run = 0; run < runs; run++) {
    const begun = performance.now();
    const clauses = chain.ask('这款怎么样', [], context, new AbortController().signal);
    let heard = 0;
    for await (const _ of clauses) heard ||= performance.now();
    const sentAt = server.log().at(-1)?.sentAt[delimiterToken];
    if (heard === 0 || sentAt === undefined) continue;
    sinceQuestion.push(heard - begun);
    sinceToken.push(heard - sentAt);
  }
  const what = `of ${sinceToken.length}`;
  return {
    figures: [
      { what: `question to first clause, p50 ${what}`, value: quantile(sinceQuestion, 0.5), unit: 'ms' },
      { what: `question to first clause, p99 ${what}`, value: quantile(sinceQuestion, 0.99), unit: 'ms' },
      { what: `delimiter token to clause, p50 ${what}`, value: quantile(sinceToken, 0.5), unit: 'ms' },
      {
        what: `delimiter token to clause, p99 ${what}`,
        value: quantile(sinceToken, 0.99),
        unit: 'ms',
        goal: goalMs,
      },
    ],
    notes: [`the simulated model takes ${firstTokenMs} ms to its first token, 10 ms to each other`],
  };
}
