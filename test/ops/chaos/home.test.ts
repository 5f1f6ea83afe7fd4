import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { openRunHome } from '../../../ops/chaos/home.ts';

void t.test('openRunHome() removes a folder of its own, unless it is to be kept', (t) => {
  const first = openRunHome('');
  t.ok(existsSync(first.folder));
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  t.notOk(existsSync(first.folder));
  const second = openRunHome('');
  t.teardown(() => rmSync(second.folder, { recursive: true, force: true }));
  second.keep();
  second[Symbol.dispose]();
  t.ok(existsSync(second.folder));
  t.end();
});

void t.test('openRunHome() keeps a given folder, and refuses one that holds something', (t) => {
  const folder = join(t.testdir(), 'new');
  openRunHome(folder)[Symbol.dispose]();
  t.ok(existsSync(folder));
  writeFileSync(join(folder, 'x'), '');
  t.throws(() => openRunHome(folder), /is not empty/);
  t.end();
});
