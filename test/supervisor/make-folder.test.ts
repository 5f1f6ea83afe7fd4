import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { makeFolder } from '../../supervisor/make-folder.ts';

void t.test('makeFolder() makes what is missing, and is content with what is there', (t) => {
  const path = join(t.testdir(), 'a', '直播 间', 'c');
  makeFolder(path);
  makeFolder(path);
  t.ok(existsSync(path));
  t.end();
});

void t.test('makeFolder() says which folder cannot be made', (t) => {
  const file = join(t.testdir(), 'file');
  writeFileSync(file, '');
  t.throws(() => makeFolder(join(file, 'a', 'b')), { message: /Cannot make the folder .*file/ });
  t.throws(() => makeFolder('/proc/onair/run'), { message: /Cannot make the folder \/proc\/onair/ });
  t.end();
});
