import t from 'tap';
import { configSchema, demoConfig } from '../../../../protocol/config.ts';
import { splitSentences } from '../../../../workers/split-sentences.ts';
import { warmUpTexts as segmentsAhead } from '../../../../workers/tts/cache/warm-up-texts.ts';

const warmUpTexts = (...given: Parameters<typeof segmentsAhead>) => [...segmentsAhead(...given)];
const { reply } = configSchema.parse(demoConfig);
const least = { minDiamonds: 0, minCount: 0, minFansLevel: 0 };
const always = { times: [], rooms: [], products: [] };
const rule = { id: 'r', kinds: ['chat' as const], keywords: [], pattern: '', ...least, ...always };

void t.test('warmUpTexts() lists answers first, then what the show says by itself, in segments', (t) => {
  const config = {
    ...reply,
    rules: [{ ...rule, say: ['今天全场包邮。下单就送小礼物。', '{nickname}，今天包邮。'] }],
    templates: {
      ...reply.templates,
      like: [' 感谢大家的点赞。 '],
      enter: ['欢迎{nicknames}来。', '欢迎光临直播间。'],
    },
    idle: [
      {
        id: 'i',
        product: '',
        lines: ['第一句话在这里。第二句话在那里。', '欢迎光临直播间。', '{你好|欢迎}呀。'],
      },
    ],
  };
  const texts = warmUpTexts(config, 100);
  t.same(texts.slice(0, 2), ['今天全场包邮。', '下单就送小礼物。']);
  t.ok(texts.includes('感谢大家的点赞。'));
  t.ok(texts.includes(reply.disclosure.text));
  t.same(texts.slice(-2), ['第一句话在这里。', '第二句话在那里。']);
  t.notOk(texts.some((text) => text.includes('{')));
  t.equal(new Set(texts).size, texts.length, 'each once');
  t.end();
});

void t.test(
  'warmUpTexts() has what the defaults say while nobody writes, and no more than is wanted',
  (t) => {
    const texts = warmUpTexts(reply, 1_000);
    for (const segment of reply.idle.flatMap(({ lines }) => lines).flatMap((line) => splitSentences(line)))
      t.ok(texts.includes(segment), segment);
    t.same(warmUpTexts(reply, 3), texts.slice(0, 3));
    t.same(warmUpTexts(reply, 0), []);
    t.same(
      warmUpTexts({ ...reply, disclosure: { ...reply.disclosure, text: '' } }, 1_000).includes(''),
      false,
    );
    t.end();
  },
);
