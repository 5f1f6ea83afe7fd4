import t from 'tap';
import { Pacer, estimateMs } from '../../../workers/reply/pacer.ts';
import { joinNames, nameless, speakableName } from '../../../workers/reply/speakable-name.ts';
import { SpeechHistory } from '../../../workers/reply/speech-history.ts';
import { pieceOf, remainingSegments, segmentsOf } from '../../../workers/reply/utterance.ts';
import { liveEvent } from '../../support/events.ts';

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

void t.test(
  'SpeechHistory knows what a dead process was still thinking of, of which only the end is made',
  (t) => {
    const times = { now: 5, expiresAt: 9 };
    const head = {
      id: 'u:3',
      room: 'demo',
      priority: 'normal' as const,
      voice: '',
      events: [],
      idleScript: '',
      ...times,
    };
    const history = new SpeechHistory();
    for (const index of [0, 1]) history.add(pieceOf(head, index, '好的，'));
    const rest = history.takeUnfinished().flatMap(({ first, reached }) => remainingSegments(first, reached));
    t.match(rest, [{ id: 'u:3/2', index: 2, last: true, text: '', script: [] }]);
    for (const segment of rest) history.add(segment);
    t.same(history.takeUnfinished(), []);
    t.end();
  },
);
