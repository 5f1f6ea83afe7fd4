/**
 * What a package's `os`, `cpu` and `libc` are compared with.
 *
 * @typedef {object} Machine
 * @property {string} os
 * @property {string} cpu
 * @property {string | null} libc "glibc" or "musl" on Linux
 */

/** @returns {Machine} */
export function readMachine() {
  return { os: process.platform, cpu: process.arch, libc: process.platform === 'linux' ? readLibc() : null };
}

/** As npm finds it out: only glibc tells its version. */
function readLibc() {
  if (process.report === undefined) return 'glibc';
  const report = /** @type {{header?: {glibcVersionRuntime?: string}}} */ (process.report.getReport());
  return report.header?.glibcVersionRuntime === undefined ? 'musl' : 'glibc';
}

/**
 * Whether a package that names its platforms is made for this machine; false when it names none. A `!` excludes (npm's package.json).
 * @param {{os?: string | string[], cpu?: string | string[], libc?: string | string[]}} entry
 * @param {Machine} machine
 */
export function isMadeFor({ os, cpu, libc }, machine) {
  if (os === undefined && cpu === undefined && libc === undefined) return false;
  return (
    allows(os, machine.os) &&
    allows(cpu, machine.cpu) &&
    (machine.libc === null || allows(libc, machine.libc))
  );
}

/** @param {string | string[] | undefined} list @param {string} name */
function allows(list, name) {
  const names = list === undefined ? [] : [list].flat();
  if (names.includes(`!${name}`)) return false;
  const wanted = names.filter((entry) => !entry.startsWith('!'));
  return wanted.length === 0 || wanted.includes(name) || wanted.includes('any');
}
