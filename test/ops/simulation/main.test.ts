import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import t from 'tap';

const run = promisify(execFile);
const main = new URL('../../../ops/simulation/main.ts', import.meta.url).pathname;

void t.test('npm run simulate ends with one JSON object', async (t) => {
  const { stdout } = await run(process.execPath, [main, '--seeds', '20', '--json'], { timeout: 60_000 });
  const [only, ...others] = stdout.trim().split('\n');
  t.same(others, []);
  const report: unknown = JSON.parse(only ?? '');
  t.match(report, { seeds: 20, faults: Number, events: Number, seconds: Number, violations: [] });
});

void t.test('npm run simulate shows one run line by line', async (t) => {
  const { stdout } = await run(process.execPath, [main, '--seed', '3', '--verbose'], { timeout: 60_000 });
  t.match(stdout, /spawning → registered/);
  t.match(stdout, /FAULT/);
});
