import { chmodSync, lstatSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { platformPackage } from './platform-package.mjs';

/** What npm scripts find first on PATH by the name of node. @param {string} root */
export const nodeLink = (root) =>
  join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'node.cmd' : 'node');

/**
 * Stands for npm's link where the pinned Node needs a library of our own: the loader reads LD_LIBRARY_PATH only when a program starts.
 * Children inherit it, and process.execPath is the program itself. Every path is found from where this file lies, so that a folder
 * which was moved can still start its set-up.
 * @param {string} platform name of the package that brings Node
 */
export const launcherText = (platform) => `#!/bin/sh
# Made by ops/setup.mjs: starts the Node of this folder with the library that this machine lacks.
self=$0
if [ -L "$self" ]; then self=$(readlink -f -- "$self"); fi
modules=$(CDPATH= cd -P -- "\${self%/*}/.." && pwd -P) || exit 127
libraries=\${modules%/*}/.runtime/lib
case ":$LD_LIBRARY_PATH:" in
  *":$libraries:"*) ;;
  *) export LD_LIBRARY_PATH="$libraries\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" ;;
esac
exec "$modules/${platform}/bin/node" "$@"
`;

/** Puts the launcher into the place of npm's link, which npm makes anew at each installation. @param {string} root */
export function writeLauncher(root) {
  replaceLink(root, (draft) => {
    writeFileSync(draft, launcherText(platformPackage()));
    chmodSync(draft, 0o755); // whatever the umask
  });
}

/** Makes the link that npm 9 (Debian 12's) drops together with the packages of other platforms, which bring a program of the same name.
 * @param {string} root
 */
export function writeLink(root) {
  replaceLink(root, (draft) => symlinkSync(join('..', platformPackage(), 'bin', 'node'), draft));
}

/** Whether npm has put its link back. @param {string} root */
export function hasLauncher(root) {
  return lstatSync(nodeLink(root), { throwIfNoEntry: false })?.isFile() === true;
}

/** @param {string} root @param {(draft: string) => void} make */
function replaceLink(root, make) {
  const link = nodeLink(root);
  const draft = `${link}.${process.pid}`;
  try {
    make(draft);
    renameSync(draft, link);
  } finally {
    rmSync(draft, { force: true });
  }
}
