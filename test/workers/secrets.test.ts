import t from 'tap';
import { Secrets } from '../../workers/secrets.ts';

void t.test('hide() leaves no secret, in whatever form it is written', (t) => {
  const secrets = new Secrets();
  secrets.add('abc|def"ghi\\jkl');
  secrets.add('token%7Cvalue');
  secrets.add('abc|def');
  const text = [
    'abc|def"ghi\\jkl',
    JSON.stringify({ a: 'abc|def"ghi\\jkl' }),
    encodeURIComponent('abc|def"ghi\\jkl'),
    'token%7Cvalue',
    'token|value',
  ].join(' ');
  t.equal(secrets.hide(text), '*** {"a":"***"} *** *** ***');
  t.end();
});

void t.test('hide() leaves short values and everything else alone', (t) => {
  const secrets = new Secrets();
  t.equal(secrets.hide('a.b'), 'a.b');
  secrets.add('1');
  secrets.add('');
  secrets.add('........');
  t.equal(secrets.hide('1 abcdefgh ........'), '1 abcdefgh ***');
  t.end();
});

void t.test('add() keeps the newest of very many', (t) => {
  const secrets = new Secrets();
  for (let index = 0; index < 20_000; index++) secrets.add(`secret-${index}`);
  t.equal(secrets.hide('secret-19999'), '***');
  t.equal(secrets.hide('secret-7'), 'secret-7');
  t.end();
});
