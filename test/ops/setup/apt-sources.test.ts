import t from 'tap';

interface AptSource {
  readonly uri: string;
  readonly suite: string;
  readonly components: readonly string[];
  readonly signedBy: string | null;
  readonly file: string;
}
interface Module {
  readonly readAptSources: (file: string, text: string) => AptSource[];
  readonly chooseMirrors: (sources: readonly AptSource[], distribution: 'debian' | 'ubuntu') => AptSource[];
  readonly writeDeb822: (
    mirror: AptSource,
    suites: readonly string[],
    components: readonly string[],
  ) => string;
}
const { chooseMirrors, readAptSources, writeDeb822 } = (await import(
  new URL('../../../ops/setup/apt-sources.mjs', import.meta.url).href
)) as Module;

const key = '/usr/share/keyrings/debian-archive-keyring.gpg';
const embedded = ` -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n mDMEY865UxYJ\n -----END PGP PUBLIC KEY BLOCK-----`;

const readings: readonly { name: string; file?: string; text: string; expected: readonly string[] }[] = [
  {
    name: 'a plain line',
    text: 'deb http://mirror.test/debian bookworm main contrib',
    expected: ['http://mirror.test/debian bookworm main,contrib -'],
  },
  {
    name: 'several lines, comments, disabled entries and source packages',
    text: `# deb http://old.test/debian bookworm main
deb http://mirror.test/debian bookworm main # the nearest one
deb-src http://mirror.test/debian bookworm main

#deb http://mirror.test/debian bookworm-updates main
  deb\thttp://mirror.test/debian   bookworm-updates\tmain`,
    expected: [
      'http://mirror.test/debian bookworm main -',
      'http://mirror.test/debian bookworm-updates main -',
    ],
  },
  {
    name: 'options in brackets',
    text: `deb [arch=amd64 signed-by=${key}] https://mirror.test/debian trixie main
deb [ signed-by=${key} trusted=yes ] https://mirror.test/other trixie main
deb [arch=amd64,arm64] https://mirror.test/third trixie main`,
    expected: [
      `https://mirror.test/debian trixie main ${key}`,
      `https://mirror.test/other trixie main ${key}`,
      'https://mirror.test/third trixie main -',
    ],
  },
  {
    name: 'a disc, whose name has brackets and blanks',
    text: 'deb cdrom:[Debian GNU/Linux 12.5.0 _Bookworm_ - Official amd64 NETINST]/ bookworm main',
    expected: ['cdrom:[Debian GNU/Linux 12.5.0 _Bookworm_ - Official amd64 NETINST]/ bookworm main -'],
  },
  {
    name: 'a list of mirrors',
    text: 'deb mirror+file:/etc/apt/mirrors/debian.list bookworm main',
    expected: ['mirror+file:/etc/apt/mirrors/debian.list bookworm main -'],
  },
  {
    name: 'a flat repository',
    text: 'deb http://mirror.test/tools ./',
    expected: ['http://mirror.test/tools ./  -'],
  },
  { name: 'nonsense', text: 'deb\nfoo bar\ndeb http://mirror.test', expected: [] },
  {
    name: 'deb822 with a comment inside and several suites',
    file: 'debian.sources',
    text: `Types: deb
# http://snapshot.test/archive/debian/20250520T000000Z
URIs: http://mirror.test/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: ${key}

Types: deb
URIs: http://mirror.test/debian-security
Suites: bookworm-security
Components: main
Signed-By: ${key}
`,
    expected: [
      `http://mirror.test/debian bookworm main ${key}`,
      `http://mirror.test/debian bookworm-updates main ${key}`,
      `http://mirror.test/debian-security bookworm-security main ${key}`,
    ],
  },
  {
    name: 'deb822 disabled, or for source packages only',
    file: 'x.sources',
    text: `Enabled: no\nTypes: deb\nURIs: http://a.test/debian\nSuites: bookworm\nComponents: main\n
Types: deb-src\nURIs: http://b.test/debian\nSuites: bookworm\nComponents: main\n
Enabled: yes\nTypes: deb deb-src\nURIs: http://c.test/debian\nSuites: bookworm\nComponents: main`,
    expected: ['http://c.test/debian bookworm main -'],
  },
  {
    name: 'deb822 with continued lines, other cases and a key inside',
    file: 'x.sources',
    text: `types: deb\nuris: http://a.test/debian\n http://b.test/debian\nSUITES:\n trixie\nComponents: main\n contrib\nSigned-By:\n${embedded}\n`,
    expected: [
      `http://a.test/debian trixie main,contrib ${embedded}`,
      `http://b.test/debian trixie main,contrib ${embedded}`,
    ],
  },
];

void t.test('readAptSources() reads what apt would read', async (t) => {
  for (const { name, file = 'sources.list', text, expected } of readings) {
    const read = readAptSources(file, text).map(
      (source) => `${source.uri} ${source.suite} ${source.components.join(',')} ${source.signedBy ?? '-'}`,
    );
    t.same(read, expected, name);
  }
});

const source = (uri: string, rest: Partial<AptSource> = {}): AptSource => ({
  uri,
  suite: 'bookworm',
  components: ['main'],
  signedBy: null,
  file: '/etc/apt/sources.list',
  ...rest,
});

const choices: readonly {
  name: string;
  distribution?: 'ubuntu';
  sources: readonly AptSource[];
  expected: readonly string[];
}[] = [
  { name: 'nothing', sources: [], expected: [] },
  {
    name: 'the main archive once, not security',
    sources: [
      source('http://m.test/debian-security', { suite: 'bookworm-security' }),
      source('http://security.m.test/debian', { suite: 'bookworm' }),
      source('http://m.test/debian', { suite: 'bookworm-updates' }),
      source('http://m.test/debian'),
    ],
    expected: ['http://m.test/debian'],
  },
  {
    name: 'the main archive before third parties that use its words',
    sources: [
      source('https://packages.test/debian/12/prod', {
        file: '/etc/apt/sources.list.d/vendor.list',
        signedBy: '/usr/share/keyrings/vendor.gpg',
      }),
      source('https://m.test/debian', { file: '/etc/apt/sources.list.d/debian.sources', signedBy: key }),
    ],
    expected: ['https://m.test/debian', 'https://packages.test/debian/12/prod'],
  },
  {
    name: 'no third party with suites or components of its own',
    sources: [
      source('https://docker.test/linux/debian', { components: ['stable'] }),
      source('https://node.test/node_20.x', { suite: 'nodistro' }),
      source('https://pg.test/pub/repos/apt', { suite: 'bookworm-pgdg' }),
      source('https://flat.test/debian', { suite: './', components: [] }),
    ],
    expected: [],
  },
  {
    name: 'a list of mirrors, before a snapshot and a local copy; no disc',
    sources: [
      source('cdrom:[Debian 12]/'),
      source('file:/srv/mirror/debian'),
      source('http://snapshot.test/archive/debian/20250520T000000Z'),
      source('mirror+file:///etc/apt/mirrors/debian.list', {
        file: '/etc/apt/sources.list.d/debian.sources',
      }),
    ],
    expected: [
      'mirror+file:///etc/apt/mirrors/debian.list',
      'file:/srv/mirror/debian',
      'http://snapshot.test/archive/debian/20250520T000000Z',
    ],
  },
  {
    name: "Ubuntu's own archive",
    distribution: 'ubuntu',
    sources: [
      source('http://security.ubuntu.test/ubuntu', {
        suite: 'noble-security',
        components: ['main', 'universe'],
      }),
      source('http://ppa.test/someone/ppa/ubuntu', {
        suite: 'noble',
        file: '/etc/apt/sources.list.d/ppa.sources',
      }),
      source('http://m.test/ubuntu/', { suite: 'noble', components: ['main', 'universe'] }),
    ],
    expected: ['http://m.test/ubuntu/'],
  },
];

void t.test('chooseMirrors() orders the mirrors of the main archive', async (t) => {
  for (const { name, distribution = 'debian', sources, expected } of choices) {
    t.same(
      chooseMirrors(sources, distribution).map(({ uri }) => uri),
      expected,
      name,
    );
  }
});

void t.test('writeDeb822() keeps the keys and drops what would turn verification off', async (t) => {
  const [mirror] = readAptSources(
    'sources.list',
    `deb [trusted=yes signed-by=${key},/etc/apt/keyrings/b.gpg] http://m.test/debian bookworm main`,
  );
  t.ok(mirror);
  if (mirror === undefined) return;
  const text = writeDeb822(mirror, ['trixie'], ['main']);
  t.equal(
    text,
    `Types: deb\nURIs: http://m.test/debian\nSuites: trixie\nComponents: main\nSigned-By: ${key} /etc/apt/keyrings/b.gpg\n`,
  );
});

void t.test(
  'writeDeb822() writes what readAptSources() reads, with a key inside and without any',
  async (t) => {
    for (const signedBy of [null, key, embedded]) {
      const mirror = source('http://m.test/debian', { suite: 'trixie', signedBy, file: 'private.sources' });
      t.same(readAptSources('private.sources', writeDeb822(mirror, ['trixie'], ['main'])), [mirror]);
    }
  },
);
