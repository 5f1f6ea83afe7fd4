import t from 'tap';
import { splitLines } from '../../../ops/backup/split-lines.ts';

async function split(chunks: string[], maxBytes = 100): Promise<string[]> {
  const lines: string[] = [];
  async function* source() {
    for (const chunk of chunks) yield await Promise.resolve(Buffer.from(chunk));
  }
  for await (const line of splitLines(source(), maxBytes)) lines.push(line.toString());
  return lines;
}

void t.test('splitLines() joins what was cut anywhere', async (t) => {
  t.same(await split(['one\ntw', 'o', '\n\nthr', 'ee\n']), ['one', 'two', '', 'three']);
  t.same(await split([]), []);
});

void t.test('splitLines() refuses a line without an end, and one without bounds', async (t) => {
  await t.rejects(split(['one\ntwo']), { code: 'bad-archive', message: /middle of a line/ });
  await t.rejects(split(['aaaa', 'aaaa'], 7), { code: 'bad-archive', message: /more than 7 bytes/ });
});
