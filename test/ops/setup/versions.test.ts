import t from 'tap';

interface Module {
  readonly findVersion: (text: string) => string | null;
  readonly compareVersions: (a: string, b: string) => number;
}
const { compareVersions, findVersion } = (await import(
  new URL('../../../ops/setup/versions.mjs', import.meta.url).href
)) as Module;

void t.test('findVersion() finds the x.y.z that a program tells', async (t) => {
  const table: readonly (readonly [string, string | null])[] = [
    ['nats-server: v2.10.27', '2.10.27'],
    ['nats-server: v2.9.10\n', '2.9.10'],
    ['nats-server: v2.12.0-RC.1', '2.12.0'],
    ['v26.10.0', '26.10.0'],
    ['version unknown', null],
    ['10.0.0.1 has it', null],
    ['', null],
  ];
  for (const [text, expected] of table) t.equal(findVersion(text), expected, JSON.stringify(text));
});

void t.test('compareVersions() compares numbers, not texts', async (t) => {
  const ascending = [
    '0.9.9',
    '2.9.10',
    '2.9.100',
    '2.10.0',
    '2.10.22',
    '2.10.23',
    '2.10.27',
    '2.12.0',
    '10.0.0',
  ];
  for (const [i, a] of ascending.entries()) {
    for (const [j, b] of ascending.entries())
      t.equal(Math.sign(compareVersions(a, b)), Math.sign(i - j), `${a} against ${b}`);
  }
});
