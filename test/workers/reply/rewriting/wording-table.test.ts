import t from 'tap';
import { keptWordingsSchema, WordingTable } from '../../../../workers/reply/rewriting/wording-table.ts';

const use = { day: '2026-11-28', requests: 0, tokens: 0 };
const [first, second, third] = ['第一句话在这里说。', '第二句话在这里说。', '第三句话在这里说。'] as const;

const open = (lines: string[], { perLine = 2, maxRejected = 2, forbidden = '' } = {}) =>
  new WordingTable({
    idle: [{ id: 'main', product: '', lines }],
    perLine,
    maxRejected,
    keyOf: (line) => `key of ${line}`,
    isUsable: (text) => text !== forbidden,
  });

void t.test('next() gives each line one wording before any has two, and leaves alone what fails', (t) => {
  const table = open([first, second, '短。', '{一|二}']);
  const asked: string[] = [];
  for (let task = table.next(); task; task = table.next()) {
    asked.push(task.line);
    if (task.line === second) table.reject(task.key);
    else table.keep(task.key, `${asked.length}`);
  }
  t.same(asked, [first, second, second, first]);
  t.same(table.of('main', 0), ['1', '4']);
  t.same(table.figures, { lines: 2, reworded: 1, wordings: 2, leftAlone: 1 });
  t.end();
});

void t.test('reject() counts those in a row, and says when it was the last', (t) => {
  const table = open([first]);
  const key = table.next()?.key ?? '';
  t.notOk(table.reject(key));
  table.keep(key, '一');
  t.notOk(table.reject(key));
  t.ok(table.reject(key));
  t.equal(table.next(), undefined);
  t.end();
});

void t.test(
  'adopt() takes over what view() gave, but for lines that are gone and what must not be said',
  (t) => {
    const table = open([first, second]);
    for (const text of ['一', '二', '三', '四']) table.keep(table.next()?.key ?? '', text);
    const kept = keptWordingsSchema.parse(JSON.parse(JSON.stringify(table.view({ use, askedAt: 1 }))));
    const same = open([first, second]);
    t.notOk(same.adopt(kept));
    t.same(same.of('main', 1), ['二', '四']);
    const changed = open([third, first], { forbidden: '三' });
    t.ok(changed.adopt(kept), 'something is not wanted any more');
    t.same([changed.of('main', 0), changed.of('main', 1)], [[], ['一']]);
    t.same(Object.keys(changed.view({ use, askedAt: 1 }).lines), [`key of ${first}`]);
    t.end();
  },
);

void t.test('what is kept never outgrows a message of the bus', (t) => {
  const lines = Array.from({ length: 3_000 }, (_, at) => `这是第${at}句话，它很长。`);
  const table = open(lines, { perLine: 20 });
  for (let task = table.next(), at = 0; task; task = table.next(), at++)
    table.keep(task.key, `${at}`.padStart(200, '长'));
  const bytes = Buffer.byteLength(JSON.stringify(table.view({ use, askedAt: 1 })));
  t.ok(bytes > 500_000 && bytes < 1_000_000, `${bytes} bytes`);
  const next = open(lines, { perLine: 20 });
  next.adopt(table.view({ use, askedAt: 1 }));
  t.equal(next.next(), undefined, 'nor does a successor ask for more');
  t.end();
});
