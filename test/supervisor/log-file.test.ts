import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import t from 'tap';
import { LogFile } from '../../supervisor/log-file.ts';

const maxBytes = 4_096;
const linesOf = (file: string) => readFileSync(file, 'utf8').split('\n').slice(0, -1);
const parsed = (file: string) => linesOf(file).map((line) => JSON.parse(line) as Record<string, unknown>);

void t.test('LogFile never takes more than twice its limit, and keeps the latest lines whole', (t) => {
  const file = join(t.testdir({}), 'supervisor.ndjson');
  using destination = new LogFile(file, maxBytes);
  const log = pino({ base: {} }, destination);
  for (let n = 1; n <= 1_000; n++) {
    log.info({ n, name: '夜里的猫' }, 'noticed');
    const both = statSync(file).size + (statSync(`${file}.1`, { throwIfNoEntry: false })?.size ?? 0);
    if (statSync(file).size > maxBytes || both > 2 * maxBytes) t.fail(`${both} bytes after ${n} lines`);
  }
  const numbers = [...parsed(`${file}.1`), ...parsed(file)].map(({ n }) => n as number);
  t.ok(numbers.length > 50);
  t.same(
    numbers,
    numbers.map((_, index) => 1_001 - numbers.length + index),
    'none between them is missing, and the last is there',
  );
  t.end();
});

void t.test('LogFile goes on with the file of the last run, and sets it aside when it is large', (t) => {
  const file = join(t.testdir({ 'supervisor.ndjson': '{"n":1}\n' }), 'supervisor.ndjson');
  {
    using log = new LogFile(file, maxBytes);
    log.write('{"n":2}\n');
  }
  t.same(parsed(file), [{ n: 1 }, { n: 2 }]);
  t.notOk(existsSync(`${file}.1`));
  writeFileSync(file, `${'x'.repeat(maxBytes)}\n`);
  using log = new LogFile(file, maxBytes);
  log.write('{"n":3}\n');
  t.same(parsed(file), [{ n: 3 }]);
  t.equal(statSync(`${file}.1`).size, maxBytes + 1);
  log[Symbol.dispose]();
  log[Symbol.dispose]();
  t.end();
});

void t.test('LogFile begins a new file when somebody has removed it, even with its folder', (t) => {
  const folder = join(t.testdir({}), 'log');
  const file = join(folder, 'supervisor.ndjson');
  using log = new LogFile(file, maxBytes);
  log.write('{"n":1}\n');
  rmSync(folder, { recursive: true });
  log.write('{"n":2}\n');
  t.same(parsed(file), [{ n: 2 }]);
  t.end();
});

void t.test('LogFile goes on when nothing can be written, and says later how much is missing', (t) => {
  const folder = join(t.testdir({ log: 'no folder' }), 'log');
  const file = join(folder, 'supervisor.ndjson');
  using log = new LogFile(file, maxBytes);
  log.write('{"n":1}\n');
  log.write('{"n":2}\n');
  rmSync(folder);
  log.write('{"n":3}\n');
  t.match(parsed(file), [{ lines: 2, msg: 'lines of this log were lost' }, { n: 3 }]);
  t.end();
});

void t.test('LogFile does not mind a full disk', (t) => {
  // What every write to this device is told is what a full disk tells.
  using log = new LogFile('/dev/full', maxBytes);
  t.doesNotThrow(() => log.write('{"n":1}\n'));
  t.doesNotThrow(() => log.write('{"n":2}\n'));
  t.end();
});
