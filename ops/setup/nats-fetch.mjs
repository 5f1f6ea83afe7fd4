import { chmodSync, copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fetchPackage } from './apt-fetch.mjs';
import { natsSuites } from './distribution.mjs';

/**
 * @typedef {{version: string, reason: null} | {version: null, reason: string}} Checked
 */

/**
 * Fetches nats-server's Debian package, which needs no root, and takes the one program out of it.
 *
 * @param {{root: string, target: string, signal: AbortSignal, check: (path: string) => Promise<Checked>}} options
 * @returns {Promise<Checked>} the version that is now at `target`
 */
export async function fetchNatsServer({ root, target, signal, check }) {
  /** @type {Checked} */
  let checked = { version: null, reason: 'the package contains no nats-server' };
  const reason = await fetchPackage({
    root,
    name: 'nats-server',
    suites: natsSuites,
    signal,
    take: async (tree) => {
      const path = ['usr/sbin', 'usr/bin']
        .map((folder) => join(tree, folder, 'nats-server'))
        .find(existsSync);
      if (path !== undefined) checked = await install(path, target, check);
      return checked.reason;
    },
  });
  return reason === null ? checked : { version: null, reason };
}

/**
 * Checked beside its target and renamed over it, so that whoever looks finds a whole and working one.
 * @param {string} from
 * @param {string} target
 * @param {(path: string) => Promise<Checked>} check
 */
async function install(from, target, check) {
  mkdirSync(dirname(target), { recursive: true });
  const draft = `${target}.${process.pid}`;
  try {
    copyFileSync(from, draft);
    chmodSync(draft, 0o755);
    const checked = await check(draft);
    if (checked.version !== null) renameSync(draft, target);
    return checked;
  } finally {
    rmSync(draft, { force: true });
  }
}
