import t from 'tap';
import { configSchema } from '../../../protocol/config.ts';
import { disclosureScript } from '../../../workers/reply/announcements.ts';
import type { ShownProduct } from '../../../workers/reply/answerer.ts';
import { IdleDirector } from '../../../workers/reply/idle-director.ts';
import { Phrasebook } from '../../../workers/reply/phrasebook.ts';

/** 20:00 in Shanghai. */
const start = Date.UTC(2026, 10, 28, 12);
const shirt: ShownProduct = { id: '7', title: '白衬衫', price: '59', index: 1, at: 0 };

function lottery(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
}

function open(
  reply: object,
  given: { allow?: (text: string) => string | undefined; rewritten?: string[] } = {},
) {
  const rooms = [{ id: 'demo', source: { type: 'douyin', webRid: '1' } }];
  const config = configSchema.parse({ rooms, reply: { disclosure: { text: '' }, ...reply } }).reply;
  const { allow = (text: string) => text, rewritten } = given;
  const director = new IdleDirector({
    config,
    phrasebook: new Phrasebook(),
    allow,
    ...(rewritten ? { rewritten: () => rewritten } : {}),
  });
  const random = lottery(3);
  const say = (now: number, shown?: ShownProduct) => {
    const line = director.next({ now, shown, viewers: undefined, random });
    director.observe(line.mark, now, line.text);
    return line;
  };
  return { director, say };
}

const two = [
  { id: 'a', lines: ['一', '二'] },
  { id: 'b', lines: ['三'] },
];

void t.test(
  'IdleDirector says what it is, then the lines in turn, and goes on where another stopped',
  (t) => {
    const config = { idle: two, disclosure: { text: 'AI', everyMs: 60_000 } };
    const { say } = open(config);
    const marks = [0, 1, 2, 3, 4, 60_000].map((now) => say(start + now).mark);
    t.same(marks, [disclosureScript, 'a/0', 'a/1', 'b/0', 'a/0', disclosureScript]);
    const successor = open(config);
    successor.director.observe(disclosureScript, start + 50_000);
    successor.director.observe('a/0', start + 51_000);
    t.same(
      [60_000, 61_000].map((now) => successor.say(start + now).mark),
      ['a/1', 'b/0'],
    );
    t.end();
  },
);

void t.test('IdleDirector says no line again while there is another that was not said lately', (t) => {
  const lines = ['{一|二|三}', '四', '五{！|。}'];
  const { say } = open({ idle: [{ id: 'a', lines }], director: { repeatMs: 100_000 } });
  const said = Array.from({ length: 6 }, (_, index) => say(start + index * 1_000).text);
  t.equal(new Set(said).size, 6, said.join(' '));
  const later = say(start + 7_000).text;
  t.ok(said.slice(0, 2).includes(later), 'then the one that was said longest ago');
  t.end();
});

void t.test('IdleDirector shuffles scripts, each once a round, over restarts too', (t) => {
  const idle = ['a', 'b', 'c', 'd'].map((id) => ({ id, lines: [id, `${id}二`] }));
  const config = { idle, director: { order: 'shuffle', repeatMs: 0 } };
  let show = open(config);
  const begun: string[] = [];
  for (let round = 0; round < 80; round++) {
    const { mark } = show.say(start + round);
    if (mark.endsWith('/0')) begun.push(mark);
    const kept = show.director.view(start + round);
    show = open(config);
    show.director.restore(structuredClone(kept));
  }
  for (let round = 0; round < begun.length; round += 4)
    t.equal(new Set(begun.slice(round, round + 4)).size, 4, begun.slice(round, round + 4).join(' '));
  t.end();
});

void t.test(
  'IdleDirector introduces what is put on show, and says first what there is to say about it',
  (t) => {
    const idle = [...two, { id: 'shirt', product: '衬衫', lines: ['{product.title}只要{product.price}'] }];
    const { say, director } = open({ idle, director: { introductions: ['下面是{product.title}'] } });
    t.equal(say(start).mark, 'a/0');
    director.show(shirt);
    t.same(
      [1, 2, 3, 4].map((now) => say(start + now, shirt)),
      [
        { mark: 'introduction', text: '下面是白衬衫' },
        { mark: 'shirt/0', text: '白衬衫只要59' },
        { mark: 'a/1', text: '二' },
        { mark: 'b/0', text: '三' },
      ],
    );
    t.end();
  },
);

void t.test('IdleDirector tells the time now and then, and counts down to what begins', (t) => {
  const director = {
    timeCall: { everyMs: 600_000, say: ['现在{time}'] },
    countdowns: [
      { id: 'sale', name: '秒杀', at: '20:30', minutesBefore: [20, 10], say: ['{name}还有{minutes}分钟'] },
    ],
  };
  const { say } = open({ idle: two, director });
  const minute = 60_000;
  t.equal(say(start).mark, 'a/0');
  t.equal(say(start + 9 * minute).mark, 'a/1');
  t.equal(say(start + 10 * minute).text, '秒杀还有20分钟');
  t.equal(say(start + 10 * minute).text, '现在20点10分');
  t.equal(say(start + 11 * minute).mark, 'b/0', 'each once');
  t.equal(say(start + 21 * minute).text, '秒杀还有9分钟', 'a minute late');
  t.equal(say(start + 24 * minute).text, '现在20点24分');
  t.equal(say(start + 30 * minute).mark, 'a/0');
  t.end();
});

void t.test('IdleDirector draws from rewritten lines, and says nothing that must not be said', (t) => {
  const config = { idle: [{ id: 'a', lines: ['一'] }] };
  const { say } = open(config, { rewritten: ['二', '三'] });
  t.same(new Set([1, 2, 3].map((now) => say(start + now).text)), new Set(['一', '二', '三']));
  const allow = (text: string) => (text === '一' ? undefined : text);
  t.equal(open({ idle: two }, { allow }).say(start).text, '二');
  const mute = open({ idle: two, disclosure: { text: '我是AI' } }, { allow: () => undefined });
  t.ok(mute.say(start).text.length > 2, 'something that fits everywhere');
  t.end();
});
