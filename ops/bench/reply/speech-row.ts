import { setTimeout as sleep } from 'node:timers/promises';
import { openModel } from '../../sim/model/server.ts';
import type { BenchOptions, Figure } from '../report.ts';
import { quantile } from '../report.ts';
import type { Measured } from '../measure-rows.ts';
import { openReplyStage } from './stage.ts';

const firstTokenMs = 200;
const answer = '好的呀家人们，这款面料很舒服，夏天穿着不闷。喜欢的话可以看看小黄车里的详情。';
/** Two characters each: the fourth has the mark that ends the first clause. */
const delimiterToken = 3;
const goalMs = 10;
const questions = { rule: '你好', knowledge: '一号链接多少钱', model: '主播吃饭了吗' };

/** How soon an event's answer is on the bus as SPEECH, by who answers: a real bus, a real worker, a simulated model. */
export async function measureSpeech({ isQuick }: BenchOptions): Promise<Measured> {
  const runs = isQuick ? 10 : 300;
  await using server = await openModel({ firstTokenMs, tokenMs: 10, answer });
  await using stage = await openReplyStage({
    rules: [{ id: 'hello', keywords: ['你好'], say: ['{nickname}你好呀，欢迎来到直播间。'] }],
    shop: { products: [{ number: 1, name: '法式碎花连衣裙', price: '39.9', unit: '件' }] },
    model: {
      endpoints: [{ id: 'sim', url: `${server.url}/v1`, model: 'simulated' }],
      rate: { capacity: 10_000, perSecond: 1_000 },
    },
  });
  const figures: Figure[] = [];
  const sinceToken: number[] = [];
  for (const [who, question] of Object.entries(questions)) {
    const times: number[] = [];
    for (let run = 0; run < runs; run++) {
      const known = server.log().length;
      const { askedAt, firstAt } = await stage.ask(question);
      times.push(firstAt - askedAt);
      if (who !== 'model') continue;
      while (server.log().length === known) await sleep(5);
      const sentAt = server.log().at(-1)?.sentAt[delimiterToken];
      if (sentAt !== undefined) sinceToken.push(firstAt - sentAt);
    }
    for (const share of [0.5, 0.99])
      figures.push({
        what: `event to SPEECH, ${who}, p${share * 100} of ${times.length}`,
        value: quantile(times, share),
        unit: 'ms',
      });
  }
  figures.push(
    { what: 'delimiter token to SPEECH, p50', value: quantile(sinceToken, 0.5), unit: 'ms' },
    { what: 'delimiter token to SPEECH, p99', value: quantile(sinceToken, 0.99), unit: 'ms', goal: goalMs },
  );
  return {
    figures,
    notes: [`the simulated model takes ${firstTokenMs} ms to its first token, 10 ms to each other`],
  };
}
