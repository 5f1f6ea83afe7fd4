import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join, resolve } from 'node:path';
import { crc32 } from 'node:zlib';
import { packed } from './packed.mjs';

/**
 * A program: packs the packages that workers import into few files, in `.runtime/cache/packages`, for `supervisor/packed-packages.mjs`.
 * Run by the Node that runs the workers, since it looks at what each package exports. Says why on its error output when it cannot.
 *
 * A file's name tells what is in it, so that those of another pack can lie beside: a worker that starts meanwhile has the one or the other.
 */

/** @typedef {import('../../supervisor/packed-packages.mjs').PackIndex} PackIndex */

const root = resolve(import.meta.dirname, '../..');
const folder = join(root, '.runtime', 'cache', 'packages');
const draft = join(folder, 'draft');

/** What was written for the other kind of module finds what it expects. */
const banner = `import { createRequire as $createRequire } from 'node:module';
import { dirname as $dirname } from 'node:path';
import { fileURLToPath as $fileURLToPath } from 'node:url';
const require = $createRequire(import.meta.url);
const __filename = $fileURLToPath(import.meta.url);
const __dirname = $dirname(__filename);`;

try {
  rmSync(draft, { recursive: true, force: true });
  const entries = join(draft, 'entries');
  mkdirSync(entries, { recursive: true });
  // Read before: packages that are installed meanwhile make this pack one of others.
  const installed = crc32(readFileSync(join(root, 'node_modules', '.package-lock.json')));
  const modules = await pack(await writeEntries(entries));
  replace({ installed, ...modules });
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  rmSync(draft, { recursive: true, force: true });
}

/**
 * A module for each specifier that exports what the package does, whatever kind of module it is. Answers specifiers by path.
 * @param {string} entries
 */
async function writeEntries(entries) {
  /** @type {Map<string, string>} */
  const modules = new Map();
  for (const specifier of packed) {
    const names = Object.keys(await import(specifier)).filter((name) => /^[\w$]+$/.test(name));
    const file = join(entries, `${specifier.replaceAll(/\W+/g, '-').replace(/^-/, '')}.mjs`);
    const lines = names.map(
      (name, index) => `const $${index} = all.${name}; export { $${index} as ${name} };`,
    );
    writeFileSync(file, [`import * as all from ${JSON.stringify(specifier)};`, ...lines, ''].join('\n'));
    modules.set(file, specifier);
  }
  return modules;
}

/**
 * Writes the draft's files.
 * @param {Map<string, string>} entries specifiers by path
 * @returns {Promise<Omit<PackIndex, 'installed'>>}
 */
async function pack(entries) {
  // Resolved by hand: a package that is not there is a reason to be told like any other.
  const { build } = createRequire(import.meta.url)('esbuild');
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [...entries.keys()],
    outdir: draft,
    entryNames: '[name]-[hash]',
    chunkNames: 'shared-[hash]',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    banner: { js: banner },
    nodePaths: [join(root, 'node_modules')],
    // Half as much to read. Names stay, and lines, for stack traces.
    minifyWhitespace: true,
    minifySyntax: true,
    lineLimit: 160,
    legalComments: 'none',
    metafile: true,
    logLevel: 'silent',
  });
  /** @type {Omit<PackIndex, 'installed'>} */
  const index = { modules: {}, checks: {} };
  /** @param {string} output @param {Set<string>} [found] */
  const withImports = (output, found = new Set()) => {
    found.add(output);
    for (const { path, external } of metafile.outputs[output]?.imports ?? [])
      if (!external && !found.has(path)) withImports(path, found);
    return found;
  };
  for (const [output, { entryPoint }] of Object.entries(metafile.outputs)) {
    const specifier = entries.get(join(root, entryPoint ?? ''));
    if (specifier !== undefined)
      index.modules[specifier] = [...withImports(output)].map((path) => basename(path));
    index.checks[basename(output)] = crc32(readFileSync(join(root, output)));
  }
  return index;
}

/**
 * Puts the draft's files in place, then their index. Those of the pack before stay: somebody may have begun with it.
 * @param {PackIndex} index
 */
function replace(index) {
  const files = Object.keys(index.checks);
  for (const file of files) {
    // One that is right may be in use, and has to stay where it is on Windows.
    if (checkOf(join(folder, file)) !== index.checks[file]) renameSync(join(draft, file), join(folder, file));
  }
  const keep = new Set([...files, ...formerFiles(), 'index.json', 'draft']);
  writeFileSync(join(draft, 'index.json'), `${JSON.stringify(index, null, 2)}\n`);
  renameSync(join(draft, 'index.json'), join(folder, 'index.json'));
  for (const name of readdirSync(folder))
    if (!keep.has(name)) rmSync(join(folder, name), { recursive: true, force: true });
}

/** @param {string} path */
function checkOf(path) {
  try {
    return crc32(readFileSync(path));
  } catch {
    return undefined;
  }
}

/** @returns {string[]} */
function formerFiles() {
  try {
    return Object.keys(JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')).checks);
  } catch {
    return []; // none, or none that anybody could use
  }
}
