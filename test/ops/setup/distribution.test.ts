import t from 'tap';

interface Distribution {
  readonly family: 'debian' | 'ubuntu' | 'other';
  readonly codename: string | null;
}
interface Module {
  readonly readDistribution: (osRelease: string) => Distribution;
  readonly natsSuites: (distribution: Distribution) => string[][];
  readonly librarySuites: (distribution: Distribution) => string[][];
}
const { librarySuites, natsSuites, readDistribution } = (await import(
  new URL('../../../ops/setup/distribution.mjs', import.meta.url).href
)) as Module;

const table: readonly {
  name: string;
  osRelease: string;
  expected: Distribution;
  suites: readonly (readonly string[])[];
}[] = [
  {
    name: 'Debian',
    osRelease: 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_CODENAME=bookworm\nID=debian\n',
    expected: { family: 'debian', codename: 'bookworm' },
    suites: [['trixie']],
  },
  {
    name: 'Debian unstable, which has no codename',
    osRelease: 'ID=debian\n',
    expected: { family: 'debian', codename: null },
    suites: [['trixie']],
  },
  {
    name: 'Ubuntu',
    osRelease: 'ID=ubuntu\nID_LIKE=debian\nVERSION_CODENAME=noble\nUBUNTU_CODENAME=noble\n',
    expected: { family: 'ubuntu', codename: 'noble' },
    suites: [['noble', 'noble-updates'], ['resolute']],
  },
  {
    name: 'Linux Mint counts as the Ubuntu it is made of',
    osRelease: 'ID=linuxmint\nID_LIKE="ubuntu debian"\nVERSION_CODENAME=wilma\nUBUNTU_CODENAME=noble\n',
    expected: { family: 'ubuntu', codename: 'noble' },
    suites: [['noble', 'noble-updates'], ['resolute']],
  },
  {
    name: 'Fedora',
    osRelease: 'ID=\'fedora\'\nVERSION_CODENAME=""\n',
    expected: { family: 'other', codename: '' },
    suites: [],
  },
  { name: 'none', osRelease: '', expected: { family: 'other', codename: null }, suites: [] },
];

void t.test("librarySuites() asks the machine's own release first, each once", async (t) => {
  t.same(librarySuites({ family: 'debian', codename: 'bookworm' }), [['bookworm'], ['trixie']]);
  t.same(librarySuites({ family: 'debian', codename: 'trixie' }), [['trixie']]);
  t.same(librarySuites({ family: 'debian', codename: null }), [['trixie']]);
  t.same(librarySuites({ family: 'ubuntu', codename: 'noble' }), [['noble'], ['resolute']]);
  t.same(librarySuites({ family: 'other', codename: null }), []);
});

void t.test('readDistribution() and natsSuites() know whose packages fit', async (t) => {
  for (const { name, osRelease, expected, suites } of table) {
    const distribution = readDistribution(osRelease);
    t.same(distribution, expected, name);
    t.same(natsSuites(distribution), suites, name);
  }
});
