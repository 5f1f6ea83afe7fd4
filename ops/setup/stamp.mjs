import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { hasOwnLibrary } from './node-environment.mjs';
import { hasLauncher, nodeLink } from './node-launcher.mjs';
import { canCompileSpeaker } from './speaker-needs.mjs';
import { oldestNodeMajor } from './versions.mjs';

/** Raised when the stamp's shape or the table of system packages changes, so that older stamps count as stale. */
export const stampVersion = 6;

/**
 * What the last set-up found, kept in `.runtime/setup.json`. Null says: that step has not succeeded yet.
 *
 * @typedef {object} Stamp
 * @property {number} version
 * @property {string} root the folder it was made for: a copied folder is prepared again
 * @property {boolean} asRoot whether system packages could be installed: root, coming later, tries again
 * @property {boolean} forTests whether what only the tests need was asked for: they, coming later, ask
 * @property {{path: string, version: string, pinned: boolean, launched: boolean} | null} node what runs the scripts; `launched`: through
 *   a launcher in node_modules/.bin, with a library in `.runtime/lib`
 * @property {'compiled' | 'missing' | 'unused'} speaker the optional native sound output
 * @property {boolean} couldCompile whether all was there to compile `speaker` when it was last tried
 * @property {{path: string, version: string, mtimeMs: number, requested: string | null} | null} natsServer `requested` is
 *   NATS_SERVER_BIN at that time
 */

/**
 * What is true on this machine now, gathered with a few stats and one hash.
 *
 * @typedef {object} Observed
 * @property {string} root
 * @property {boolean} asRoot
 * @property {boolean} forTests
 * @property {boolean} canCompile whether all is there to compile a `speaker` that is missing
 * @property {string} lockHash of package-lock.json
 * @property {string | null} installedHash the lock that node_modules was installed from
 * @property {boolean} nodePresent whether the stamp's Node is still there, with the way in which it is started
 * @property {number} ownMajor of the Node that runs this
 * @property {string | null} natsRequested
 * @property {number | null} natsMtimeMs
 * @property {string | null} tapKey null when no tests are to be run
 * @property {string | null} tapBuilt the configuration that the test runner was built for
 */

/** @param {string} root */
export const stampPath = (root) => join(root, '.runtime', 'setup.json');

/** Lives in node_modules, so that deleting or replacing that folder deletes it too. @param {string} root */
export const markerPath = (root) => join(root, 'node_modules', '.onair-setup');

/**
 * Reads the last stamp; a missing, broken or older one is null.
 * @param {string} root
 * @returns {Stamp | null}
 */
export function readStamp(root) {
  const stamp = readJson(stampPath(root));
  return stamp?.version === stampVersion ? stamp : null;
}

/** @param {string} root @param {Stamp} stamp */
export function writeStamp(root, stamp) {
  writeAtomically(stampPath(root), `${JSON.stringify(stamp, null, 2)}\n`);
}

/**
 * What node_modules was installed from and what the test runner in it was built for.
 * @param {string} root
 * @returns {{lockHash: string | null, tapKey: string | null}}
 */
export function readMarker(root) {
  const marker = readJson(markerPath(root));
  return { lockHash: marker?.lockHash ?? null, tapKey: marker?.tapKey ?? null };
}

/** @param {string} root @param {{lockHash: string | null, tapKey: string | null}} marker */
export function writeMarker(root, marker) {
  writeAtomically(markerPath(root), `${JSON.stringify(marker)}\n`);
}

/**
 * Looks at the machine; cheap enough for every start.
 * @param {{root: string, dev: boolean, env?: NodeJS.ProcessEnv}} options
 * @returns {Observed}
 */
export function observe({ root, dev, env = process.env }) {
  const stamp = readStamp(root);
  const marker = readMarker(root);
  const lockHash = hash(readBytes(join(root, 'package-lock.json')));
  return {
    root,
    asRoot: process.getuid?.() === 0,
    forTests: dev,
    canCompile: stamp?.speaker === 'missing' && canCompileSpeaker(),
    lockHash,
    installedHash: marker.lockHash,
    nodePresent: isNodePresent(root, stamp),
    ownMajor: Number.parseInt(process.versions.node, 10),
    natsRequested: env['NATS_SERVER_BIN'] || null,
    natsMtimeMs: stamp?.natsServer ? modifiedMs(stamp.natsServer.path) : null,
    tapKey: dev ? hash(Buffer.concat([readBytes(join(root, '.taprc')), Buffer.from(lockHash)])) : null,
    tapBuilt: marker.tapKey,
  };
}

/**
 * Says why there is something to do; empty when everything is as the stamp says. Pure.
 * @param {Stamp | null} stamp
 * @param {Observed} now
 * @returns {string[]}
 */
export function staleReasons(stamp, now) {
  if (stamp === null) return ['set-up has not run here yet'];
  const reasons = [];
  if (stamp.root !== now.root) reasons.push('the folder was copied or moved');
  if (stamp.speaker === 'missing' && now.asRoot && !stamp.asRoot)
    reasons.push('root may install what speaker needs');
  if (now.forTests && !stamp.forTests) reasons.push('the tests need more than the product');
  if (now.installedHash !== now.lockHash) reasons.push('node_modules does not match package-lock.json');
  if (stamp.node === null) reasons.push('no usable Node was found');
  else if (stamp.node.pinned ? !now.nodePresent : now.ownMajor < oldestNodeMajor)
    reasons.push('Node is gone or too old');
  if (stamp.speaker === 'missing' && now.canCompile && !stamp.couldCompile)
    reasons.push('speaker can be compiled now');
  if (stamp.natsServer === null) reasons.push('no usable nats-server was found');
  else if (stamp.natsServer.requested !== now.natsRequested) reasons.push('NATS_SERVER_BIN changed');
  else if (stamp.natsServer.mtimeMs !== now.natsMtimeMs) reasons.push('nats-server changed or is gone');
  if (now.tapKey !== null && now.tapKey !== now.tapBuilt)
    reasons.push('the test runner is not built for its configuration');
  return reasons;
}

/** npm puts its link back at each installation by hand. @param {string} root @param {Stamp | null} stamp */
function isNodePresent(root, stamp) {
  if (!stamp?.node || !existsSync(stamp.node.path)) return false;
  if (!stamp.node.pinned) return true;
  return stamp.node.launched ? hasLauncher(root) && hasOwnLibrary(root) : existsSync(nodeLink(root));
}

/** @param {string} path @returns {number | null} */
export function modifiedMs(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? null;
}

/** Written beside and renamed, because a reader may look at any time. @param {string} path @param {string} text */
function writeAtomically(path, text) {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, text);
  renameSync(draft, path);
}

/** @param {string} path */
function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return null; // missing or cut short: both mean "not done", and the step is repeated
  }
}

/** @param {string} path @returns {Buffer} */
function readBytes(path) {
  return existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
}

/** @param {Buffer} bytes */
function hash(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}
