import t from 'tap';
import { configSchema, demoConfig } from '../../protocol/config.ts';
import {
  defaultAnnouncements,
  demoIdleScripts,
  demoRules,
  defaultTemplates,
} from '../../protocol/default-texts.ts';
import { commonFields, countdownFields, fieldsOfKinds } from '../../protocol/phrase-fields.ts';
import { fieldsIn, parsePhrase, phraseProblem } from '../../protocol/phrase.ts';
import { readConfig } from '../../protocol/read-config.ts';

void t.test('parsePhrase() reads fields and choices within choices', (t) => {
  t.same(parsePhrase('{a}好{，{b}|{c|d}|}').parts, [
    { field: 'a' },
    '好',
    { oneOf: [['，', { field: 'b' }], [{ oneOf: [['c'], ['d']] }], []] },
  ]);
  t.same(fieldsIn(parsePhrase('{a}{x{b}|{product.price}}')), ['a', 'b', 'product.price']);
  t.same(parsePhrase('一|二').parts, ['一|二'], 'outside of braces a bar is a bar');
  t.end();
});

void t.test('phraseProblem() says what is wrong and where', (t) => {
  const problems: [string, RegExp | undefined][] = [
    ['{nickname}好', undefined],
    ['{nikname}好', /has no field \{nikname\}; there are \{nickname\}/],
    ['{nickname', /"\{" at character 1 that is not closed/],
    ['好}', /"\}" too many at character 2/],
    ['{你好}', /"\{你好\}", which is neither/],
    ['{}', /neither/],
    ['{'.repeat(20), /more than 8 deep/],
  ];
  for (const [text, problem] of problems) {
    const found = phraseProblem(text, ['nickname']);
    if (problem) t.match(found, problem, text);
    else t.equal(found, undefined, text);
  }
  t.end();
});

void t.test('the texts that come with it have only fields that there are', (t) => {
  const check = (text: string, fields: readonly string[]) =>
    t.equal(phraseProblem(text, fields), undefined, text);
  for (const { say } of demoRules) for (const text of say) check(text, fieldsOfKinds(['chat']));
  for (const { lines } of demoIdleScripts) for (const text of lines) check(text, commonFields);
  const { gifts, ...templates } = defaultTemplates;
  for (const [kind, texts] of Object.entries({ ...templates, gift: [...templates.gift, ...gifts] }))
    for (const text of texts) check(text, fieldsOfKinds([kind as keyof typeof templates]));
  const { countdown, timeCalls, introductions } = defaultAnnouncements;
  for (const text of countdown) check(text, countdownFields);
  for (const text of [...timeCalls, ...introductions]) check(text, commonFields);
  t.end();
});

void t.test('the texts that come with it promise nothing, but those of the demonstration', (t) => {
  const [room] = [{ id: 'shop', source: { type: 'douyin', webRid: '1' } }];
  const { reply } = configSchema.parse({ rooms: [room] });
  const promise = /退|包邮|发货|优惠|券|保证|小时|元|块/;
  for (const { say } of reply.rules) for (const text of say) t.notMatch(text, promise);
  for (const { lines } of reply.idle) for (const text of lines) t.notMatch(text, promise);
  for (const text of reply.templates.chat) t.notMatch(text, promise);
  t.ok(demoRules.some(({ say }) => say.some((text) => promise.test(text))));
  t.end();
});

void t.test('readConfig() tells of texts, times, rooms and scripts that cannot be meant', (t) => {
  const rooms = [{ id: 'shop', source: { type: 'douyin', webRid: '1' } }];
  const reply = {
    rules: [
      { id: 'a', kinds: ['gift'], say: ['谢谢{gift}', '{text}'] },
      { id: 'b', say: ['好'], times: [{ from: '25:00' }], rooms: ['shop', 'nope'] },
      { id: 'c', say: ['好'], kinds: ['stats'] },
    ],
    templates: { enter: ['{gift}'] },
    idle: [{ id: 'x', lines: ['{nickname}'] }],
    timeZone: 'Nowhere/Land',
  };
  const paths = (value: unknown) => {
    const result = readConfig(value, {});
    return result.ok ? [] : result.problems.map(({ path }) => path).toSorted();
  };
  t.same(paths({ rooms, reply }), [
    'reply.idle[0].lines[0]',
    'reply.rules[0].say[1]',
    'reply.rules[1].times[0].from',
    'reply.rules[2].kinds[0]',
    'reply.templates.enter[0]',
    'reply.timeZone',
  ]);
  const other = {
    rules: [{ id: 'b', say: ['好'], rooms: ['nope'] }],
    idle: [{ id: 'x', product: 'y', lines: ['好'] }],
  };
  t.same(paths({ rooms, reply: other }), ['reply.idle', 'reply.rules[0].rooms[0]']);
  t.ok(configSchema.parse(demoConfig).reply.idle.length > 0);
  t.end();
});
