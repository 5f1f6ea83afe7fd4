import t from 'tap';
import type { SimulatedModelFault } from '../../../../protocol/simulated-model-faults.ts';
import { hear, openChain, openServers } from '../model/open-chain.ts';
import { KeptInMemory, configOf, lines, openRewriter, requestsTo, runUntil } from './open-rewriter.ts';

const signal = new AbortController().signal;

void t.test('Rewriter writes as many wordings of each line as are wanted, then is done', async (t) => {
  const [server] = await openServers(t, {});
  const { rewriter } = await openRewriter(t, configOf(server?.url ?? '', { rewrites: { perLine: 3 } }));
  await rewriter.run(signal);
  t.match(rewriter.figures, { lines: 2, reworded: 2, wordings: 6, leftAlone: 0 });
  for (const [at, line] of lines.entries()) {
    const wordings = rewriter.wordings('main', at);
    t.equal(new Set([line, ...wordings]).size, 4);
    if (at === 1) for (const text of wordings) t.match(text, /\{product\.title\}.*\{product\.price\}/u);
  }
  t.same(rewriter.wordings('main', 2), []);
  t.same(rewriter.wordings('other', 0), []);
  const [first] = server?.log() ?? [];
  t.match(first?.body, { messages: [{ role: 'system' }, { content: `<line>${lines[0]}</line>` }] });
  t.equal(requestsTo(server), rewriter.figures.requests);
});

const failing: [fault: SimulatedModelFault, reason: string][] = [
  ['refuses', 'refusal'],
  ['as-an-ai', 'refusal'],
  ['numbered', 'paragraphs'],
  ['quoted', 'refusal'],
  ['markdown', 'markup'],
  ['lies-price', 'number'],
  ['lies-promise', 'promise'],
  ['phone', 'words'],
  ['bad-word', 'words'],
  ['parrot', 'alike'],
  ['length', 'cut off'],
];

void t.test('Rewriter keeps nothing of what must not be said, and gives a line up', async (t) => {
  const [server] = await openServers(t, {});
  for (const [fault, reason] of failing) {
    server?.changeFaults({ always: fault });
    const config = configOf(server?.url ?? '', {
      idle: ['新进来的朋友可以点一下关注，以后开播就能收到提醒。'],
      rewrites: { maxRejected: 2 },
    });
    const store = new KeptInMemory();
    const { rewriter } = await openRewriter(t, config, store);
    await rewriter.run(signal);
    t.match(rewriter.figures, { wordings: 0, leftAlone: 1, rejected: { [reason]: 2 } }, fault);
    const asked = requestsTo(server);
    const { rewriter: next } = await openRewriter(t, config, store);
    await next.run(signal);
    t.equal(requestsTo(server), asked, 'nor does a successor ask again');
  }
});

void t.test('Rewriter finds lost fields, and keeps what comes right after thoughts', async (t) => {
  const [server] = await openServers(t, { always: 'drops-fields' });
  const idle = lines.slice(1);
  const given = { idle, rewrites: { maxRejected: 1 } };
  const lost = await openRewriter(t, configOf(server?.url ?? '', given));
  await lost.rewriter.run(signal);
  t.match(lost.rewriter.figures, { wordings: 0, rejected: { fields: 1 } });
  server?.changeFaults({ always: 'think-tags' });
  const found = await openRewriter(t, configOf(server?.url ?? '', given));
  await found.rewriter.run(signal);
  t.match(found.rewriter.figures, { wordings: 1, rejected: {} });
  t.notMatch(found.rewriter.wordings('main', 0)[0], /think|九块九/u);
});

void t.test('Rewriter tries later when models fail, and never throws', async (t) => {
  const [server] = await openServers(t, {});
  server?.changeFaults({ next: ['500'] });
  const store = new KeptInMemory();
  store.failing = 1;
  const opened = await openRewriter(t, configOf(server?.url ?? ''), store);
  const stop = new AbortController();
  const running = opened.rewriter.run(stop.signal);
  while ((server?.log().length ?? 0) < 1) await new Promise((resolve) => setTimeout(resolve, 20));
  t.equal(opened.rewriter.figures.wordings, 0);
  stop.abort();
  await running;
  t.equal(opened.rewriter.figures.requests, 1, 'the next would have been after a while');
  await opened.rewriter.run(AbortSignal.abort());
});

void t.test('Rewriter leaves viewers their share of the day', async (t) => {
  const [server] = await openServers(t, {});
  const config = configOf(server?.url ?? '', {
    model: { daily: { requests: 20 } },
    rewrites: { perLine: 20, dailyShare: 0.2 },
  });
  const store = new KeptInMemory();
  const opened = await openRewriter(t, config, store);
  await runUntil(opened, ({ requests }) => requests === 4);
  const next = await openRewriter(t, config, store);
  const stop = new AbortController();
  const running = next.rewriter.run(stop.signal);
  await next.until(({ wordings }) => wordings > 0);
  await new Promise((resolve) => setTimeout(resolve, 500));
  stop.abort();
  await running;
  t.equal(next.rewriter.figures.requests, 0, 'a successor knows what was used');
  t.equal(requestsTo(server), 4);
});

void t.test(
  'wordings outlive the process; a changed line, persona or number of them has others',
  async (t) => {
    const [server] = await openServers(t, {});
    const url = server?.url ?? '';
    const store = new KeptInMemory();
    const first = await openRewriter(t, configOf(url, { rewrites: { perLine: 2 } }), store);
    await first.rewriter.run(signal);
    const asked = requestsTo(server);
    const stop = new AbortController();
    const same = await openRewriter(t, configOf(url, { rewrites: { perLine: 2 } }), store);
    const following = same.rewriter.follow(stop.signal);
    await same.until(({ wordings }) => wordings === 4);
    t.same(same.rewriter.wordings('main', 1), first.rewriter.wordings('main', 1));
    const fewer = await openRewriter(t, configOf(url), store);
    await fewer.rewriter.run(signal);
    t.same(fewer.rewriter.wordings('main', 1), first.rewriter.wordings('main', 1).slice(0, 1));
    t.equal(requestsTo(server), asked, 'nobody had to ask');
    const idle = ['小黄车里的款式都可以慢慢挑，拿不准尺码的打在公屏上。', lines[0] ?? ''];
    const changed = await openRewriter(t, configOf(url, { idle }), store);
    await changed.rewriter.run(signal);
    t.same(changed.rewriter.wordings('main', 1), first.rewriter.wordings('main', 0).slice(0, 1));
    t.equal(requestsTo(server), asked + 1, 'only the new line was asked for');
    const kept = await store.read();
    t.equal(Object.keys(kept?.lines ?? {}).length, 2, 'the line that is gone is forgotten');
    const other = configOf(url, { model: { persona: '你是店里的老师傅，话不多。' } });
    t.same((await openRewriter(t, other, store)).rewriter.wordings('main', 0), []);
    stop.abort();
    await following;
  },
);

void t.test(
  'SpareWriter asks nobody while a viewer asks, and leaves the model to one who comes',
  async (t) => {
    const [server] = await openServers(t, { tokenMs: 50 });
    const chain = await openChain(t, [server?.url ?? '']);
    const messages = [{ role: 'user', content: `<line>${lines[0]}</line>` }];
    const request = { quietMs: 0, bodyFor: () => ({ model: 'x', stream: true, messages }) };
    const writing = chain.spare.write(request, signal);
    const asking = hear(chain, '这款怎么样');
    t.match(await writing, { kind: 'not-now', why: 'viewers' });
    t.match(await chain.spare.write(request, signal), { kind: 'not-now', why: 'viewers', tokens: 0 });
    t.equal((await asking).end.reason, 'complete');
    const later = await chain.spare.write({ ...request, quietMs: 60_000 }, signal);
    t.match(later, { kind: 'not-now', why: 'viewers', tokens: 0 });
    t.match(await chain.spare.write(request, signal), { kind: 'text', isCut: false });
    t.match(await chain.spare.write(request, AbortSignal.abort()), { kind: 'not-now', why: 'stopped' });
  },
);

void t.test(
  'SpareWriter takes only what nobody misses, and its failures cost viewers no endpoint',
  async (t) => {
    const [server] = await openServers(t, { always: '500' });
    const chain = await openChain(t, [server?.url ?? ''], { breaker: { failures: 2, openMs: 600_000 } });
    const request = { quietMs: 0, bodyFor: () => ({ model: 'x', stream: true, messages: [] }) };
    for (const expected of [{ kind: 'failed' }, { kind: 'failed' }, { kind: 'not-now', why: 'resting' }])
      t.match(await chain.spare.write(request, signal), expected);
    server?.changeFaults({ always: 'ok' });
    t.equal((await hear(chain, '这款怎么样')).end.reason, 'complete');
    const tight = await openChain(t, [server?.url ?? ''], { rate: { capacity: 2, perSecond: 0.001 } });
    t.equal((await hear(tight, '这款怎么样')).end.reason, 'complete');
    t.match(await tight.spare.write(request, signal), { kind: 'not-now', why: 'rate' });
    t.equal((await hear(tight, '这款怎么样')).end.reason, 'complete', 'what is left is for viewers');
  },
);
