import t from 'tap';
import { configSchema } from '../../../../protocol/config.ts';
import { FillerTexts } from '../../../../workers/audio/fillers/filler-texts.ts';

const room = { id: 'demo', source: { type: 'douyin', webRid: 'demo' } };
const textsOf = (config: object) => new FillerTexts(configSchema.parse({ rooms: [room], ...config }));

void t.test('FillerTexts tells what a text is good for, as long as the configuration has it', (t) => {
  const texts = textsOf({
    audio: { fillers: { lines: ['甲甲甲。'], promises: ['乙。', '甲甲甲。'] } },
    reply: { idle: [{ id: 'a', lines: ['第一句话。 第二句话！'] }], disclosure: { text: '人工智能。' } },
  });
  const kindOf = (text: string) => texts.kindOf({ key: texts.keyOf(text), text });
  t.strictSame(
    texts.configured.map(({ text, kind }) => `${kind} ${text}`),
    ['promise 甲甲甲。', 'promise 乙。'],
    'each text once',
  );
  t.equal(kindOf('第二句话！'), 'idle');
  t.equal(kindOf('人工智能。'), 'idle');
  t.equal(kindOf('小明，欢迎你。'), undefined);
  t.equal(texts.kindOf({ key: 'of another voice', text: '第二句话！' }), undefined);
  t.end();
});

void t.test('FillerTexts names a sound differently for each voice', (t) => {
  const text = '甲甲甲。';
  const keys = [
    {},
    { tts: { voice: 'yue' } },
    { tts: { speed: 1.4 } },
    { audio: { loudness: { targetLufs: -20 } } },
  ].map((config) => textsOf(config).keyOf(text));
  t.equal(new Set(keys).size, 4);
  t.ok(keys.every((key) => /^[0-9a-f]{20}$/.test(key)));
  t.equal(textsOf({}).keyOf(text), keys[0]);
  t.end();
});
