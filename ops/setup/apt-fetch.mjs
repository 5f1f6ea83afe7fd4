import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chooseMirrors, readAptSources, writeDeb822 } from './apt-sources.mjs';
import { readDistribution } from './distribution.mjs';
import { endLeftover, noteChild } from './leftover.mjs';
import { findPrograms } from './programs.mjs';
import { pickLines, run } from './run.mjs';

const updateDeadlineMs = 120_000;
const downloadDeadlineMs = 180_000;
const unpackDeadlineMs = 60_000;
const maxMirrors = 3;

/**
 * Fetches one package of Debian or Ubuntu without root and without touching the system's own apt state: a private sources list that
 * names the machine's own mirror, private lists and cache, the machine's keys. apt verifies the signature; nothing here may turn that off.
 *
 * @param {object} options
 * @param {string} options.root
 * @param {string} options.name of the package
 * @param {(distribution: import('./distribution.mjs').Distribution) => string[][]} options.suites each attempt with the suites it asks together
 * @param {(tree: string) => Promise<string | null>} options.take uses the unpacked tree, which is gone afterwards; says why it is of no use
 * @param {AbortSignal} options.signal
 * @returns {Promise<string | null>} why it could not be had, null when it was taken
 */
export async function fetchPackage({ root, name, suites, take, signal }) {
  const missing = ['apt-get', 'dpkg'].filter((program) => findPrograms(program).length === 0);
  if (missing.length > 0)
    return `it can be fetched only where apt is, and ${missing.join(' and ')} is missing`;
  const distribution = readDistribution(readIfThere('/etc/os-release'));
  if (distribution.family === 'other') return 'it can be fetched only on Debian and Ubuntu';
  const mirrors = chooseMirrors(readMachineSources(), distribution.family).slice(0, maxMirrors);
  if (mirrors.length === 0)
    return `the machine's apt sources name no mirror of ${distribution.family}'s main archive`;

  const state = join(root, '.runtime', 'apt');
  const note = join(root, '.runtime', 'apt-fetch.json');
  const components = distribution.family === 'ubuntu' ? ['main', 'universe'] : ['main'];
  let reason = '';
  try {
    await endLeftover(note, signal);
    for (const mirror of mirrors) {
      for (const attempt of suites(distribution)) {
        rmSync(state, { recursive: true, force: true });
        const sources = writeDeb822(mirror, attempt, components);
        const unpacked = await download({ state, note, name, sources, signal });
        if (signal.aborted) return 'interrupted';
        if (unpacked.tree === null) {
          reason = `apt could not fetch it from suite ${attempt[0]}: ${unpacked.reason}`;
          continue;
        }
        const refused = await take(unpacked.tree);
        if (refused === null) return null;
        reason = `the package in suite ${attempt[0]} is of no use: ${refused}`;
      }
    }
    return reason;
  } finally {
    rmSync(state, { recursive: true, force: true });
    rmSync(note, { force: true });
  }
}

/**
 * @param {{state: string, note: string, name: string, sources: string, signal: AbortSignal}} options
 * @returns {Promise<{tree: string, reason: null} | {tree: null, reason: string}>} the folder that the package was unpacked into
 */
async function download({ state, note, name, sources, signal }) {
  const tree = join(state, 'tree');
  const folders = [join(state, 'lists', 'partial'), join(state, 'cache', 'archives', 'partial'), tree];
  for (const folder of folders) mkdirSync(folder, { recursive: true });
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
  const options = Object.entries(settings).flatMap(([key, value]) => ['-o', `${key}=${value}`]);
  const env = { ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' };
  const errors = /^(E|W|Err|dpkg)\b/;
  /** @param {string} command @param {string[]} args @param {number} deadlineMs */
  const start = (command, args, deadlineMs) =>
    run(command, args, { cwd: state, deadlineMs, signal, env, onPid: (pid) => noteChild(note, pid) });

  // Its exit code isn't asked: the machine's own hooks may fail for a normal user. The download needs the verified lists.
  const updated = await start('apt-get', [...options, '-q', 'update'], updateDeadlineMs);
  const fetched = await start('apt-get', [...options, '-q', 'download', name], downloadDeadlineMs);
  const deb = readdirSync(state).find((file) => file.endsWith('.deb'));
  if (!fetched.ok || deb === undefined)
    return { tree: null, reason: pickLines(`${updated.output}\n${fetched.output}`, errors) };
  const unpacked = await start('dpkg', ['-x', join(state, deb), tree], unpackDeadlineMs);
  return unpacked.ok ? { tree, reason: null } : { tree: null, reason: pickLines(unpacked.output, errors) };
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
