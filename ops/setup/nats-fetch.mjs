import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { chooseMirrors, readAptSources, writeDeb822 } from './apt-sources.mjs';
import { natsSuites, readDistribution } from './distribution.mjs';
import { findPrograms } from './programs.mjs';
import { pickLines, run } from './run.mjs';

const updateDeadlineMs = 120_000;
const downloadDeadlineMs = 180_000;
const unpackDeadlineMs = 60_000;
const maxMirrors = 3;

/**
 * @typedef {{version: string, reason: null} | {version: null, reason: string}} Checked
 */

/**
 * Fetches nats-server's Debian package without root and without touching the system's own apt state: a private sources list that names
 * the machine's own mirror, private lists and cache, the machine's keys. apt verifies the signature; nothing here may turn that off.
 *
 * @param {{root: string, target: string, signal: AbortSignal, check: (path: string) => Promise<Checked>}} options
 * @returns {Promise<Checked>} the version that is now at `target`
 */
export async function fetchNatsServer({ root, target, signal, check }) {
  const missing = ['apt-get', 'dpkg'].filter((name) => findPrograms(name).length === 0);
  if (missing.length > 0)
    return {
      version: null,
      reason: `it can be fetched only where apt is, and ${missing.join(' and ')} is missing`,
    };
  const distribution = readDistribution(readIfThere('/etc/os-release'));
  if (distribution.family === 'other')
    return { version: null, reason: 'it can be fetched only on Debian and Ubuntu' };
  const mirrors = chooseMirrors(readMachineSources(), distribution.family).slice(0, maxMirrors);
  if (mirrors.length === 0) {
    return {
      version: null,
      reason: `the machine's apt sources name no mirror of ${distribution.family}'s main archive`,
    };
  }

  const state = join(root, '.runtime', 'apt');
  const components = distribution.family === 'ubuntu' ? ['main', 'universe'] : ['main'];
  let reason = '';
  try {
    for (const mirror of mirrors) {
      for (const suites of natsSuites(distribution)) {
        rmSync(state, { recursive: true, force: true });
        const unpacked = await download({ state, sources: writeDeb822(mirror, suites, components), signal });
        if (unpacked.path === null) {
          reason = `apt could not fetch it from suite ${suites[0]}: ${unpacked.reason}`;
          continue;
        }
        const checked = await install(unpacked.path, target, check);
        if (checked.version !== null) return checked;
        reason = `the package in suite ${suites[0]} is of no use: ${checked.reason}`;
      }
    }
    return { version: null, reason };
  } finally {
    rmSync(state, { recursive: true, force: true });
  }
}

/**
 * @param {{state: string, sources: string, signal: AbortSignal}} options
 * @returns {Promise<{path: string, reason: null} | {path: null, reason: string}>} where the unpacked binary lies
 */
async function download({ state, sources, signal }) {
  const folders = {
    lists: join(state, 'lists', 'partial'),
    cache: join(state, 'cache', 'archives', 'partial'),
    tree: join(state, 'tree'),
  };
  for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true });
  const list = join(state, 'private.sources');
  writeFileSync(list, sources);
  writeFileSync(join(state, 'status'), '');
  const settings = {
    'Dir::Etc::sourcelist': list,
    'Dir::Etc::sourceparts': '/dev/null',
    'Dir::Etc::preferences': '/dev/null',
    'Dir::Etc::preferencesparts': '/dev/null',
    'Dir::State': state,
    'Dir::State::lists': join(state, 'lists'),
    'Dir::State::status': join(state, 'status'),
    'Dir::Cache': join(state, 'cache'),
    'Dir::Log': state,
    'APT::Sandbox::User': 'root', // the _apt user can't write into this folder
    'Acquire::Languages': 'none',
    'Acquire::Retries': '2',
    'Acquire::http::Timeout': '30',
    'Acquire::https::Timeout': '30',
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  const env = { ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' };
  const errors = /^(E|W|Err|dpkg)\b/;

  // Its exit code isn't asked: the machine's own hooks may fail for a normal user. The download needs the verified lists.
  const updated = await run('apt-get', [...options, '-q', 'update'], {
    cwd: state,
    deadlineMs: updateDeadlineMs,
    signal,
    env,
  });
  const fetched = await run('apt-get', [...options, '-q', 'download', 'nats-server'], {
    cwd: state,
    deadlineMs: downloadDeadlineMs,
    signal,
    env,
  });
  const deb = readdirSync(state).find((name) => name.endsWith('.deb'));
  if (!fetched.ok || deb === undefined)
    return { path: null, reason: pickLines(`${updated.output}\n${fetched.output}`, errors) };
  const unpacked = await run('dpkg', ['-x', join(state, deb), folders.tree], {
    cwd: state,
    deadlineMs: unpackDeadlineMs,
    signal,
    env,
  });
  if (!unpacked.ok) return { path: null, reason: pickLines(unpacked.output, errors) };
  const path = ['usr/sbin', 'usr/bin']
    .map((folder) => join(folders.tree, folder, 'nats-server'))
    .find(existsSync);
  return path === undefined
    ? { path: null, reason: 'the package contains no nats-server' }
    : { path, reason: null };
}

/** Checked beside its target and renamed over it, so that whoever looks finds a whole and working one.
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

/** @returns {import('./apt-sources.mjs').AptSource[]} */
function readMachineSources() {
  const folder = '/etc/apt/sources.list.d';
  const parts = existsSync(folder)
    ? readdirSync(folder).filter((name) => /\.(list|sources)$/.test(name))
    : [];
  return ['/etc/apt/sources.list', ...parts.map((name) => join(folder, name))].flatMap((file) =>
    readAptSources(file, readIfThere(file)),
  );
}

/** @param {string} file */
function readIfThere(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // absent, or not ours to read: then it names no mirror
  }
}
