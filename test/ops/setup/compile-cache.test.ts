import { readdirSync } from 'node:fs';
import t from 'tap';

interface Module {
  readonly warmCompileCache: (options: {
    root: string;
    node: string;
    signal: AbortSignal;
    report: { step: (what: string, work: () => Promise<void>) => Promise<void> };
  }) => Promise<void>;
}
const file = new URL('../../../ops/setup/compile-cache.mjs', import.meta.url);
const { warmCompileCache } = (await import(file.href)) as Module;

const leavesMark = (name: string) =>
  `import { writeFileSync } from 'node:fs';\nwriteFileSync('ran-${name}', process.argv.slice(2).join(' '));\n`;

void t.test('warmCompileCache() loads all that a start loads, also what is loaded late', async (t) => {
  const root = t.testdir({
    'package.json': '{ "type": "module" }',
    supervisor: { 'compile-cache.mjs': '', 'packed-packages.mjs': '' },
    ops: { sim: { 'main.ts': leavesMark('sim') } },
    workers: {
      'child.ts': leavesMark('nothing'),
      ingest: {
        'main.ts': leavesMark('ingest'),
        sources: { 'a.ts': 'throw new Error("broken");', 'b.ts': leavesMark('source') },
      },
      tts: { 'main.ts': leavesMark('tts'), 'voice-task.ts': leavesMark('voice') },
      audio: {
        'main.ts': leavesMark('audio'),
        outputs: { 'a-sink.ts': leavesMark('sink'), 'b.ts': leavesMark('nothing') },
      },
    },
  });
  const report = { step: async (_: string, work: () => Promise<void>) => await work() };
  const signal = new AbortController().signal;
  await warmCompileCache({ root, node: process.execPath, signal, report });
  const ran = readdirSync(root).filter((name) => name.startsWith('ran-'));
  t.same(
    ran.sort(),
    ['audio', 'ingest', 'sim', 'sink', 'source', 'tts', 'voice'].map((name) => `ran-${name}`),
    'one that is broken does not keep the others from it',
  );
});
