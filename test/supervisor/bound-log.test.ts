import { closeSync, existsSync, mkdirSync, openSync, readFileSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { emptyAside, setAside } from '../../supervisor/bound-log.ts';

void t.test('setAside() begins another file only when the old one is large', (t) => {
  const file = join(t.testdir({ log: '12345' }), 'log');
  setAside(`${file}-that-is-not-there`, 5);
  setAside(file, 5);
  t.notOk(existsSync(`${file}.1`));
  setAside(file, 4);
  t.notOk(existsSync(file));
  t.equal(readFileSync(`${file}.1`, 'utf8'), '12345');
  t.end();
});

void t.test('setAside() empties what cannot be set aside', (t) => {
  const file = join(t.testdir({ log: '12345' }), 'log');
  mkdirSync(join(`${file}.1`, 'in-the-way'), { recursive: true });
  setAside(file, 4);
  t.equal(statSync(file).size, 0);
  t.end();
});

void t.test('emptyAside() lets whoever appends to the file go on at its beginning', (t) => {
  const file = join(t.testdir({ log: '12345' }), 'log');
  const fd = openSync(file, 'a');
  writeSync(fd, '678');
  emptyAside(file, 8);
  t.notOk(existsSync(`${file}.1`));
  emptyAside(file, 7);
  writeSync(fd, '9');
  closeSync(fd);
  t.equal(readFileSync(`${file}.1`, 'utf8'), '12345678');
  t.equal(readFileSync(file, 'utf8'), '9');
  t.end();
});

void t.test('emptyAside() empties the file also when there is no room for a copy', (t) => {
  const file = join(t.testdir({ log: '12345' }), 'log');
  mkdirSync(`${file}.1`);
  t.throws(() => emptyAside(file, 4));
  t.equal(statSync(file).size, 0);
  t.end();
});
