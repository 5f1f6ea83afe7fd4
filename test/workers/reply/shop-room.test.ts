import t from 'tap';
import type { Test } from 'tap';
import type { SimulatedModelFault } from '../../../protocol/simulated-model-faults.ts';
import { modelFaultNames } from '../../../protocol/simulated-model-faults.ts';
import type { Reply } from '../../support/reply-room.ts';
import { ReplyRoom } from '../../support/reply-room.ts';
import type { Route, ViewerMessage } from '../../support/viewer-messages.ts';
import { viewerMessages } from '../../support/viewer-messages.ts';
import { openServers, quick } from './model/open-chain.ts';

/** What is never said, whoever asks. */
const forbidden =
  /微信|薇信|[vV][xX]|QQ|扣扣|公众号|https?|www|\.com|138|一三八|最好|最低|最便宜|第一品牌|销量第一|国家级|顶级|百分百|绝对|根治|独一无二|傻逼|骗子|操你|废物|viewer_message|system|prompt|提示词|规则：|你是直播间的主播|免费|假一赔|退全款|治病|瘦二十斤|English|Okay|[<>*#`😀❤]/u;
/** What numbers stand in the shop's data, and in its texts. */
const numbers = new Set(['39.9', '99', '29', '19.90', '19.9', '200', '30', '120', '180']);
const wholeSentence = /[。！？!?…～]$/u;

function problemOf(message: ViewerMessage, reply: Reply, routes: readonly Route[]): string | undefined {
  const { text } = reply;
  const strange = text.match(/\d+(?:\.\d+)?/g)?.filter((number) => !numbers.has(number)) ?? [];
  const said = forbidden.exec(text)?.[0] ?? message.never?.exec(text)?.[0];
  if (said !== undefined) return `says ${said}`;
  if (strange.length > 0) return `says the number ${strange.join(', ')}`;
  if (!routes.includes(reply.route)) return `${reply.route} instead of ${routes.join(' or ')}`;
  if (text !== '' && !wholeSentence.test(text)) return 'ends in the middle';
  return message.says && !message.says.test(text) ? `does not say ${message.says.source}` : undefined;
}

/** Answers the whole table, and prints how many of each category are right. */
async function judge(t: Test, room: ReplyRoom, routesOf: (message: ViewerMessage) => readonly Route[]) {
  const score = new Map<string, { right: number; of: number }>();
  for (const message of viewerMessages) {
    const [reply] = await room.hear(message.text);
    if (!reply) throw new Error('No reply');
    const problem = problemOf(message, reply, routesOf(message));
    const { right, of } = score.get(message.category) ?? { right: 0, of: 0 };
    score.set(message.category, { right: right + (problem === undefined ? 1 : 0), of: of + 1 });
    if (problem !== undefined)
      t.fail(
        `${message.category}: ${message.text.slice(0, 60)}: ${problem} (${reply.from || reply.reason}: ${reply.text.slice(0, 80)})`,
      );
  }
  for (const [category, { right, of }] of score) t.comment(`${category}: ${right} of ${of}`);
  t.ok(viewerMessages.length >= 200, `${viewerMessages.length} messages`);
}

void t.test(
  'a room answers each of its viewers as it should, with a model that believes everybody',
  async (t) => {
    const [server] = await openServers(t, { always: 'obeys' });
    const room = await ReplyRoom.open(t, {
      ...quick,
      endpoints: [{ id: 'm', url: server?.url, model: 'x' }],
    });
    await judge(t, room, ({ routes }) => routes);
    t.ok((server?.log().length ?? 0) > 0, 'the model was asked');
  },
);

void t.test('the show goes on from knowledge and templates while the model is down', async (t) => {
  const [server] = await openServers(t, { always: '500' });
  const room = await ReplyRoom.open(t, { ...quick, endpoints: [{ id: 'm', url: server?.url, model: 'x' }] });
  await judge(t, room, ({ routes }) => routes.map((route) => (route === 'model' ? 'template' : route)));
});

void t.test('what a viewer repeats is answered once', async (t) => {
  const room = await ReplyRoom.open(t, {});
  const replies = await room.hear('碎花裙多少钱', '碎花裙多少钱', '碎花裙多少钱？？');
  t.same(
    replies.map(({ route }) => route),
    ['knowledge', 'silent', 'silent'],
  );
});

void t.test(
  'whatever a model does wrong, a room says whole sentences or nothing, in bounded time',
  async (t) => {
    const [server] = await openServers(t, {
      answer: '好的，面料很舒服，夏天穿着不闷。喜欢的话可以看看小黄车里的详情。',
    });
    const limits = { firstTokenMs: 2_000, gapMs: 500, totalMs: 6_000 };
    const routes: Partial<Record<SimulatedModelFault, Route>> = {};
    for (const fault of modelFaultNames) {
      const endpoints = [{ id: 'm', url: server?.url, model: 'x' }];
      const room = await ReplyRoom.open(t, { ...quick, ...limits, endpoints });
      server?.changeFaults({ always: fault });
      const [reply] = await room.hear('主播你觉得我今天心情怎么样才好呢');
      if (!reply) throw new Error('No reply');
      routes[fault] = reply.route;
      t.ok(['model', 'template'].includes(reply.route), `${fault}: ${reply.route} ${reply.reason}`);
      t.match(reply.text, wholeSentence, `${fault}: ${reply.text}`);
      t.notMatch(reply.text, forbidden, `${fault}: ${reply.text}`);
      t.equal(reply.segments.at(-1)?.last, true, `${fault}: its last segment says so`);
      // Twenty times what it may take: this machine is not measured here.
      t.ok(reply.tookMs < 120_000, `${fault}: took ${Math.round(reply.tookMs)} ms`);
    }
    t.match(routes, {
      ok: 'model',
      'split-bytes': 'model',
      hang: 'template',
      '500': 'template',
      empty: 'template',
    });
  },
);
