import t from 'tap';

interface Finished {
  readonly ok: boolean;
  readonly output: string;
  readonly reason: string;
}
interface Module {
  readonly run: (
    command: string,
    args: readonly string[],
    options: { cwd: string; deadlineMs: number; signal: AbortSignal },
  ) => Promise<Finished>;
}
const { run } = (await import(new URL('../../../ops/setup/run.mjs', import.meta.url).href)) as Module;

const usual = { cwd: process.cwd(), deadlineMs: 60_000, signal: new AbortController().signal };
const node = (code: string, options = usual): Promise<Finished> =>
  run(process.execPath, ['-e', code], options);

void t.test('run() tells how a program ended and what it said', async (t) => {
  t.same(await node('console.log("out"); process.exitCode = 0'), { ok: true, output: 'out\n', reason: '' });
  t.same(await node('console.error("err"); process.exitCode = 3'), {
    ok: false,
    output: 'err\n',
    reason: 'ended with exit code 3',
  });
  t.match(await run('/nonexistent/program', [], usual), { ok: false, reason: /ENOENT/ });
});

void t.test('run() keeps the last part of a long output', async (t) => {
  const { output } = await node('console.log("x".repeat(300000)); console.log("the end")');
  t.ok(output.endsWith('the end\n'));
  t.ok(output.length <= 65_536);
});

void t.test('run() ends a program and its children at the deadline', async (t) => {
  // The grandchild holds stdout open: run() would not come back if it lived on.
  const code = `require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' });`;
  t.match(await node(code, { ...usual, deadlineMs: 300 }), { ok: false, reason: 'no end after 0.3 s' });
});

void t.test('run() ends a program when the signal says so, or does not begin it', async (t) => {
  const stop = new AbortController();
  const running = node('setInterval(() => {}, 1000)', { ...usual, signal: stop.signal });
  stop.abort();
  t.match(await running, { ok: false, reason: 'interrupted' });
  t.match(await node('', { ...usual, signal: stop.signal }), { ok: false, reason: 'interrupted' });
});
