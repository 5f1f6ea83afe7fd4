/**
 * What set-up has to know about a Linux distribution.
 *
 * @typedef {object} Distribution
 * @property {'debian' | 'ubuntu' | 'other'} family
 * @property {string | null} codename of the family's release, e.g. "bookworm", "noble"
 */

/**
 * Reads the text of /etc/os-release; a derivative counts as what it derives from (Mint says ID=linuxmint, ID_LIKE="ubuntu debian",
 * UBUNTU_CODENAME=noble).
 * @param {string} osRelease
 * @returns {Distribution}
 */
export function readDistribution(osRelease) {
  /** @type {Map<string, string>} */
  const fields = new Map();
  for (const line of osRelease.split('\n')) {
    const match = /^([A-Z_]+)=["']?(.*?)["']?\s*$/.exec(line);
    if (match) fields.set(match[1] ?? '', match[2] ?? '');
  }
  const names = `${fields.get('ID') ?? ''} ${fields.get('ID_LIKE') ?? ''}`.split(' ');
  if (names.includes('ubuntu')) {
    return {
      family: 'ubuntu',
      codename: fields.get('UBUNTU_CODENAME') ?? fields.get('VERSION_CODENAME') ?? null,
    };
  }
  return {
    family: names.includes('debian') ? 'debian' : 'other',
    codename: fields.get('VERSION_CODENAME') ?? null,
  };
}

/**
 * Which suites may hold a new enough nats-server, in the order to ask. Debian 13 has 2.10.27 and its binary needs only libc, so it
 * serves older releases too. Ubuntu's own suite is asked first, then its release of 2026.
 * @param {Distribution} distribution
 * @returns {string[][]} each attempt with the suites it asks together
 */
export function natsSuites({ family, codename }) {
  if (family === 'debian') return [['trixie']];
  if (family === 'ubuntu')
    return [
      ...(codename === null ? [] : [[codename, `${codename}-updates`]]),
      ...(codename === 'resolute' ? [] : [['resolute']]),
    ];
  return [];
}

/**
 * Which suites may hold libatomic1: the machine's own, for it is built for that release's libc, then a release that is known to have it.
 * @param {Distribution} distribution
 * @returns {string[][]} each attempt with the suites it asks together
 */
export function librarySuites({ family, codename }) {
  if (family === 'other') return [];
  const known = family === 'debian' ? 'trixie' : 'resolute';
  return [...(codename === null || codename === known ? [] : [[codename]]), [known]];
}
