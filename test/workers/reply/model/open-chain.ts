import { pino } from 'pino';
import type { Test } from 'tap';
import type { ModelServer } from '../../../../ops/sim/model/server.ts';
import { openModel } from '../../../../ops/sim/model/server.ts';
import type { ModelSettings } from '../../../../ops/sim/model/settings.ts';
import { modelSchema } from '../../../../protocol/reply/model-config.ts';
import { wordsSchema } from '../../../../protocol/reply/words-config.ts';
import type { BudgetStore } from '../../../../workers/reply/model/budget.ts';
import type { ModelEnd } from '../../../../workers/reply/model/model-chain.ts';
import { ModelChain } from '../../../../workers/reply/model/model-chain.ts';
import { openWords } from '../../../../workers/reply/words/open-words.ts';

export const facts = [
  '面料很舒服，夏天穿着不闷。',
  '法式碎花连衣裙现在39.9元一件。',
  '四十八小时内发货，全国包邮。',
];

/** Short where a fault is waited for, generous where nothing should be missed. */
export const quick = {
  firstTokenMs: 20_000,
  gapMs: 20_000,
  totalMs: 60_000,
  rate: { capacity: 1_000, perSecond: 1_000 },
};

export async function openServers(t: Test, ...all: Partial<ModelSettings>[]): Promise<ModelServer[]> {
  const servers = await Promise.all(
    all.map(async (settings) => await openModel({ firstTokenMs: 0, tokenMs: 0, ...settings })),
  );
  t.teardown(
    async () => await Promise.all(servers.map(async (server) => await server[Symbol.asyncDispose]())),
  );
  return servers;
}

export async function openChain(
  t: Test,
  urls: string[],
  config: object = {},
  { store }: { store?: BudgetStore } = {},
): Promise<ModelChain> {
  const endpoints = urls.map((url, index) => ({
    id: `m${index}`,
    url: `${url}/v1`,
    model: 'simulated',
    askUsage: false,
  }));
  const chain = await ModelChain.open({
    config: modelSchema.parse({ endpoints, ...quick, ...config }),
    words: await openWords(wordsSchema.parse({}), '.'),
    log: pino({ level: 'silent' }),
    store,
  });
  t.teardown(async () => await chain[Symbol.asyncDispose]());
  return chain;
}

export async function hear(
  chain: ModelChain,
  question: string,
  { known = facts, viewerId = 'v1', signal = new AbortController().signal } = {},
): Promise<{ clauses: string[]; text: string; end: ModelEnd }> {
  const generator = chain.ask(question, known, { viewerId, nickname: '小明' }, signal);
  const clauses: string[] = [];
  for (;;) {
    const next = await generator.next();
    if (next.done === true) return { clauses, text: clauses.join(''), end: next.value };
    clauses.push(next.value);
  }
}
