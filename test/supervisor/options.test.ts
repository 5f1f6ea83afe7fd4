import t from 'tap';
import { readDuration, readOptions } from '../../supervisor/options.ts';

void t.test('readOptions() takes paths relative to where the command was typed', (t) => {
  const options = readOptions(
    ['--config', 'a.yaml', '--home', 'h', '--only', 'tts,reply', '--for', '2m'],
    '/w',
    '/p',
  );
  t.same(options, {
    configFile: '/w/a.yaml',
    home: '/w/h',
    only: ['tts', 'reply'],
    forMs: 120_000,
    help: false,
  });
  t.same(readOptions([], '/w', '/p'), { configFile: '', home: '/p/var', only: [], forMs: 0, help: false });
  t.end();
});

void t.test('readOptions() says what is wrong', (t) => {
  t.throws(() => readOptions(['--only', 'tts,foo'], '/', '/'), /--only must name some of .*, got "foo"/);
  t.throws(() => readOptions(['--hoem', 'x'], '/', '/'), /--hoem/);
  t.throws(() => readOptions(['extra'], '/', '/'), /extra/);
  t.end();
});

void t.test('readDuration() reads times and refuses the rest', (t) => {
  const good = { '500ms': 500, '30s': 30_000, '40': 40_000, '1.5m': 90_000, '2h': 7_200_000 };
  for (const [text, ms] of Object.entries(good)) t.equal(readDuration(text), ms);
  for (const text of ['', '0s', '-3s', '3 days', 's', '1e9h', '99999h'])
    t.throws(() => readDuration(text), /--for must be/, text);
  t.end();
});
