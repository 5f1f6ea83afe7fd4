import t from 'tap';

interface Report {
  readonly step: <T>(what: string, work: () => Promise<T>) => Promise<T>;
  readonly note: (text: string) => void;
  readonly problem: (problem: { what: string; why: string; command: string; required: boolean }) => void;
}
interface Module {
  readonly createReport: (write: (text: string) => void, signal: AbortSignal) => Report;
}
const { createReport } = (await import(
  new URL('../../../ops/setup/report.mjs', import.meta.url).href
)) as Module;
const problem = { what: 'npm packages', why: 'no network', command: 'npm ci', required: true };

void t.test('createReport() tells each step in one line, and a problem within it in another', async (t) => {
  let said = '';
  const report = createReport((text) => (said += text), new AbortController().signal);
  t.equal(await report.step('one', async () => 1), 1);
  await report.step('two', async () => report.problem({ ...problem, required: false }));
  report.problem(problem);
  t.equal(
    said.replaceAll(/\d+\.\d s/g, 'N s'),
    `setup: one ... N s
setup: two ... 
setup: npm packages: no network (optional, going on without). To mend it: npm ci
setup: two: N s
setup: ERROR: npm packages: no network. To mend it: npm ci
`,
  );
});

void t.test('createReport() calls nothing a problem once the set-up was interrupted', async (t) => {
  let said = '';
  const stop = new AbortController();
  const report = createReport((text) => (said += text), stop.signal);
  await report.step('one', async () => stop.abort());
  report.problem(problem);
  report.note('using another');
  t.match(said, /^setup: one \.\.\. interrupted after \d+\.\d s\n$/);
});
