import t from 'tap';
import { configSchema, demoConfig } from '../../../protocol/config.ts';
import type { EventBody, LiveEvent } from '../../../protocol/event.ts';
import { answerTopic } from '../../../workers/reply/answer.ts';
import { IdleDirector, disclosureScript } from '../../../workers/reply/idle-director.ts';
import { Pacer, estimateMs } from '../../../workers/reply/pacer.ts';
import { draw, fill } from '../../../workers/reply/phrase.ts';
import { joinNames, nameless, speakableName } from '../../../workers/reply/speakable-name.ts';
import { SpeechHistory } from '../../../workers/reply/speech-history.ts';
import { remainingSegments, segmentsOf } from '../../../workers/reply/utterance.ts';
import { liveEvent } from '../../support/events.ts';

const { reply } = configSchema.parse(demoConfig);

function answer(body: EventBody, nickname = '小明', more: LiveEvent[] = []): string | undefined {
  const events = [liveEvent({ body, nickname }), ...more];
  const topic = {
    key: 'k',
    kind: body.kind,
    priority: 'normal' as const,
    events,
    firstAt: 0,
    lastAt: 0,
    sealed: false,
  };
  return answerTopic(topic, { config: reply, lastDrawn: new Map(), random: 0 })?.text;
}

void t.test('answerTopic() answers a question by the first rule that matches, else by the template', (t) => {
  t.match(answer({ kind: 'chat', text: '这件多少钱呀', luckyBag: false }), /^小明，价格都在小黄车里/);
  t.match(answer({ kind: 'chat', text: '什么时候发货', luckyBag: false }), /四十八小时内发货/);
  t.match(answer({ kind: 'chat', text: '嗯嗯', luckyBag: false }), /^小明，你的留言我看到了/);
  t.end();
});

void t.test('answerTopic() thanks for a whole streak with its sum', (t) => {
  const body = (count: number): EventBody => ({
    kind: 'gift',
    giftId: '1',
    name: '玫瑰',
    count,
    total: count,
    diamonds: 1,
    streak: '',
    streakEnd: false,
  });
  t.equal(answer(body(2), '阿花', [liveEvent({ body: body(3) })]), '感谢阿花送的5个玫瑰！');
  t.end();
});

void t.test('answerTopic() greets several by name, and many by number', (t) => {
  const body: EventBody = { kind: 'enter', viewers: 1 };
  const others = (count: number) =>
    Array.from({ length: count }, (_, index) => liveEvent({ body, nickname: `客${index}` }));
  t.equal(answer(body, '小明', others(2)), '欢迎小明、客零、客一来到直播间。');
  t.equal(answer(body, '小明', others(6)), '欢迎小明、客零、客一等7位朋友来到直播间。');
  t.end();
});

void t.test('answerTopic() says nothing when the template is empty', (t) => {
  const topic = {
    key: '',
    kind: 'like' as const,
    priority: 'normal' as const,
    events: [liveEvent({ body: { kind: 'like', count: 1, total: 1 } })],
    firstAt: 0,
    lastAt: 0,
    sealed: false,
  };
  const config = { rules: [], templates: { ...reply.templates, like: [] } };
  t.equal(answerTopic(topic, { config, lastDrawn: new Map(), random: 0 }), undefined);
  t.end();
});

void t.test('speakableName() keeps what can be said', (t) => {
  const names = {
    '小明😀': '小明',
    '✨Lily_99✨': 'Lily九九',
    '张***': '张',
    '🔥🔥': nameless,
    '': nameless,
    一二三四五六七八九十: '一二三四五六七八',
    ｖｉｐ: 'vip',
    海边的子涵7964: '海边的子涵',
    '9527': '九五二七',
    '2号选手': '二号选手',
    用户7391028465: nameless,
  };
  for (const [nickname, said] of Object.entries(names)) t.equal(speakableName(nickname), said);
  t.equal(joinNames(['甲', '乙', '甲']), '甲、乙');
  t.end();
});

void t.test('draw() never gives the same twice in a row where there is a choice', (t) => {
  for (let random = 0; random < 1; random += 0.1) t.not(draw(['a', 'b', 'c'], 'b', random), 'b');
  t.equal(draw(['a'], 'a', 0.5), 'a');
  t.equal(draw([], undefined, 0.5), undefined);
  t.equal(fill('{a}和{b}{c}', { a: '甲', b: '乙' }), '甲和乙');
  t.end();
});

void t.test('Pacer counts what was released until it was heard', (t) => {
  const pacer = new Pacer();
  const head = { queued: [] as string[], ended: [] as string[], utteranceId: '', offsetMs: 0 };
  pacer.release('a', 'normal', 4_000, 0);
  pacer.release('b', 'idle', 9_000, 0);
  t.equal(pacer.backlogMs(['urgent', 'normal'], 0), 4_000);
  pacer.report({ ...head, queued: ['a', 'b'], utteranceId: 'a', offsetMs: 1_000 }, 100);
  t.equal(pacer.backlogMs(['normal'], 100), 3_000);
  pacer.report({ ...head, queued: ['b'] }, 200);
  t.equal(pacer.backlogMs(['urgent', 'normal', 'idle'], 200), 9_000);
  pacer.report({ ...head, ended: ['b'] }, 300);
  t.equal(pacer.backlogMs(['idle'], 300), 0);
  t.end();
});

void t.test(
  'Pacer goes on by estimate when the audio side is silent, and forgets what never arrives',
  (t) => {
    const deaf = new Pacer();
    deaf.release('a', 'normal', 4_000, 0);
    t.equal(deaf.backlogMs(['normal'], 3_900), 4_000);
    t.equal(deaf.backlogMs(['normal'], 4_100), 0);
    const lost = new Pacer();
    lost.release('a', 'normal', 4_000, 0);
    for (let now = 0; now < 20_000; now += 200)
      lost.report({ queued: [], ended: [], utteranceId: '', offsetMs: 0 }, now);
    t.equal(lost.backlogMs(['normal'], 19_900), 0);
    t.ok(estimateMs('欢迎来到直播间。') > 1_000);
    t.end();
  },
);

void t.test('Pacer counts once what two processes know of, from when it was released', (t) => {
  const pacer = new Pacer();
  const playhead = { queued: ['u:1'], ended: [], utteranceId: 'u:1', offsetMs: 1_000 };
  pacer.report(playhead, 10_000);
  pacer.release('u:1', 'normal', 4_000, 9_000);
  pacer.release('u:1', 'normal', 4_000, 10_000);
  t.equal(pacer.backlogMs(['normal'], 10_000), 3_000);
  pacer.report({ ...playhead, queued: [], ended: ['u:1'] }, 12_000);
  t.equal(pacer.backlogMs(['normal'], 12_000), 0);
  t.end();
});

void t.test(
  'IdleDirector says what it is, then goes through the scripts, and goes on where another stopped',
  (t) => {
    const config = {
      idle: [
        { id: 'a', lines: ['1'] },
        { id: 'b', lines: ['2'] },
      ],
      disclosure: { text: 'AI', everyMs: 60_000 },
    };
    const director = new IdleDirector(config);
    const scripts = [0, 1, 2, 3, 60_000].map((now) => director.next(now).script);
    t.same(scripts, [disclosureScript, 'a', 'b', 'a', disclosureScript]);
    const successor = new IdleDirector(config);
    successor.observe(disclosureScript, 50_000);
    successor.observe('a', 51_000);
    t.same(
      [60_000, 61_000].map((now) => successor.next(now).script),
      ['b', 'a'],
    );
    t.end();
  },
);

void t.test('SpeechHistory knows what was answered, and what a dead process left half said', (t) => {
  const event = liveEvent({});
  const common = {
    room: 'demo',
    priority: 'normal' as const,
    voice: 'cmn',
    now: 5,
    expiresAt: 9,
    idleScript: '',
  };
  const whole = segmentsOf({ ...common, id: 'u:1', sentences: ['一。', '二。'], events: [event] });
  const half = segmentsOf({ ...common, id: 'u:2', sentences: ['三。', '四。', '五。'], events: [] });
  const history = new SpeechHistory();
  for (const segment of [...whole, ...half.slice(0, 2)]) history.add(segment);
  t.ok(history.hasAnswered(event.id));
  const rest = history.takeUnfinished().flatMap(({ first, reached }) => remainingSegments(first, reached));
  t.same(rest, half.slice(2), 'exactly what the dead process would have published');
  t.same(history.takeUnfinished(), [], 'only once');
  t.end();
});
