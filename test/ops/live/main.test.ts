import { execFile } from 'node:child_process';
import { join } from 'node:path';
import t from 'tap';

const main = join(import.meta.dirname, '../../../ops/live/main.ts');

async function live(...words: string[]): Promise<{ code: number | null; out: string; said: string }> {
  return await new Promise((resolve) => {
    const child = execFile(process.execPath, [main, ...words], (_error, out, said) => {
      resolve({ code: child.exitCode, out, said });
    });
  });
}

void t.test('live tells a script in JSON, too, why something was not done', async (t) => {
  const home = t.testdir({});
  for (const words of [
    ['start', 'demo'],
    ['start', 'a', 'b'],
  ]) {
    const { code, out } = await live(...words, '--home', home, '--json');
    t.equal(code, 1, words.join(' '));
    t.match(JSON.parse(out), { success: false, error: /./ });
  }
  const { code, out, said } = await live('status', '--home', home);
  t.same({ code, out }, { code: 1, out: '' });
  t.match(said, /No supervisor has run in/);
});
