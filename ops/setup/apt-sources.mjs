/**
 * One place that apt reads packages from, as written in the machine's own configuration.
 *
 * @typedef {object} AptSource
 * @property {string} uri
 * @property {string} suite
 * @property {string[]} components
 * @property {string | null} signedBy the option's value as written: key files, fingerprints, or (in deb822) a whole key with its line breaks
 * @property {string} file where it was read
 */

/**
 * Reads one file of apt's sources in the format that its name says: `.sources` is deb822, anything else one line per entry (sources.list(5)).
 * Disabled entries, source packages and comments are left out.
 * @param {string} file
 * @param {string} text
 * @returns {AptSource[]}
 */
export function readAptSources(file, text) {
  return file.endsWith('.sources')
    ? readDeb822(file, text)
    : text.split('\n').flatMap((line) => readOneLine(file, line));
}

/**
 * @param {string} file
 * @param {string} line
 * @returns {AptSource[]}
 */
function readOneLine(file, line) {
  // A cdrom: URI carries the disc's name in brackets, with blanks inside.
  const match = /^\s*deb\s+(?:\[([^\]]*)\]\s*)?((?:\[[^\]]*\]|[^\s[])+)\s+(\S+)([^#]*)/.exec(line);
  if (!match) return [];
  const [, options = '', uri = '', suite = '', rest = ''] = match;
  const signedBy = /(?:^|\s)signed-by\+?=(\S+)/i.exec(options)?.[1] ?? null;
  return [{ uri, suite, components: words(rest), signedBy, file }];
}

/**
 * @param {string} file
 * @param {string} text
 * @returns {AptSource[]}
 */
function readDeb822(file, text) {
  const uncommented = text
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n');
  return uncommented.split(/\n\s*\n/).flatMap((stanza) => {
    const fields = readFields(stanza);
    if (!words(fields.get('types')).includes('deb')) return [];
    if (/^(no|false|without|off|disable|0)$/i.test(fields.get('enabled')?.trim() ?? '')) return [];
    const components = words(fields.get('components'));
    const signedBy = fields.get('signed-by')?.replace(/^\s*\n|\s+$/g, '') || null;
    return words(fields.get('uris')).flatMap((uri) =>
      words(fields.get('suites')).map((suite) => ({ uri, suite, components, signedBy, file })),
    );
  });
}

/** A field's value goes on in the lines that begin with a blank. @param {string} stanza @returns {Map<string, string>} */
function readFields(stanza) {
  const fields = new Map();
  let name = '';
  for (const line of stanza.split('\n')) {
    const start = /^([A-Za-z0-9-]+):[ \t]*(.*)$/.exec(line);
    if (start) {
      name = (start[1] ?? '').toLowerCase();
      fields.set(name, start[2] ?? '');
    } else if (/^[ \t]/.test(line) && name !== '') {
      fields.set(name, `${fields.get(name)}\n${line}`);
    }
  }
  return fields;
}

/** @param {string | undefined} text @returns {string[]} */
function words(text) {
  return (text ?? '').split(/\s+/).filter((word) => word !== '');
}

/**
 * How a distribution's main archive is told from the many others a machine may have configured.
 * @type {Record<'debian' | 'ubuntu', {suite: RegExp, component: string, path: RegExp, key: RegExp, list: RegExp}>}
 */
const archives = {
  debian: {
    suite:
      /^((old){0,2}stable|testing|unstable|sid|buster|bullseye|bookworm|trixie|forky|duke)(-updates|-backports|-proposed-updates)?$/,
    component: 'main',
    path: /\/(debian|raspbian)\/*$/,
    key: /debian-archive|debian_archive/,
    list: /(^|\/)debian\.list$/,
  },
  ubuntu: {
    suite: /^[a-z]+(-updates|-backports)?$/,
    component: 'universe',
    path: /\/(ubuntu|ubuntu-ports)\/*$/,
    key: /ubuntu-archive/,
    list: /(^|\/)ubuntu[^/]*\.(list|txt)$/,
  },
};

/**
 * The mirrors of a distribution's main archive, best first, each once. Not security archives (they hold no other suite), not flat
 * repositories, not discs, not the archives of third parties; who signed it is apt's to verify, this only orders what it is asked.
 * @param {AptSource[]} sources
 * @param {'debian' | 'ubuntu'} distribution
 * @returns {AptSource[]}
 */
export function chooseMirrors(sources, distribution) {
  const archive = archives[distribution];
  /** @param {AptSource} source */
  const score = ({ uri, signedBy, file }) =>
    (archive.path.test(uri) || archive.list.test(uri) ? 4 : 0) +
    (archive.key.test(signedBy ?? '') ? 4 : 0) +
    (/(^|\/)(sources\.list|debian\.sources|ubuntu\.sources)$/.test(file) ? 2 : 0) +
    (/\/\d{8}T\d{6}Z/.test(uri) ? -3 : 0) + // a snapshot: its signature may have run out
    (/^(file|copy):/.test(uri) ? -3 : 0); // a local copy often has one suite only
  const seen = new Set();
  return sources
    .filter(
      ({ uri, suite, components }) =>
        archive.suite.test(suite) && components.includes(archive.component) && !/^cdrom:|security/i.test(uri),
    )
    .sort((a, b) => score(b) - score(a))
    .filter(({ uri }) => !seen.has(uri) && seen.add(uri));
}

/**
 * The text of a private deb822 sources file that asks one mirror for some suites, trusting the keys that the machine trusts for it.
 * Options such as `trusted=yes` are not carried over: what is fetched must be signed.
 * @param {AptSource} mirror
 * @param {string[]} suites
 * @param {string[]} components
 * @returns {string}
 */
export function writeDeb822({ uri, signedBy }, suites, components) {
  const fields = [
    `Types: deb`,
    `URIs: ${uri}`,
    `Suites: ${suites.join(' ')}`,
    `Components: ${components.join(' ')}`,
  ];
  if (signedBy !== null)
    fields.push(
      signedBy.includes('\n') ? `Signed-By:\n${signedBy}` : `Signed-By: ${signedBy.replaceAll(',', ' ')}`,
    );
  return `${fields.join('\n')}\n`;
}
