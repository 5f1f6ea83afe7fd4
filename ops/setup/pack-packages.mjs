import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { packed } from './packed.mjs';

/**
 * A program: packs the packages that workers import into few files, in `.runtime/cache/packages`, for `supervisor/packed-packages.mjs`.
 * Run by the Node that runs the workers, since it looks at what each package exports. Says why on its error output when it cannot.
 */

const root = resolve(import.meta.dirname, '../..');
const cache = join(root, '.runtime', 'cache');
const folder = join(cache, 'packages');
const draft = `${folder}.${process.pid}`;
const old = `${draft}.old`;

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
  const installed = readFileSync(join(root, 'node_modules', '.package-lock.json'));
  const modules = await writeEntries(entries);
  const bytes = await pack(entries, modules);
  rmSync(entries, { recursive: true, force: true });
  writeFileSync(join(draft, 'index.json'), `${JSON.stringify({ modules, bytes }, null, 2)}\n`);
  writeFileSync(join(draft, 'installed.json'), installed);
  replace();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  for (const path of [draft, old]) rmSync(path, { recursive: true, force: true });
}

/**
 * A module for each specifier that exports what the package does, whatever kind of module it is. Answers file names by specifier.
 * @param {string} entries
 */
async function writeEntries(entries) {
  /** @type {Record<string, string>} */
  const modules = {};
  for (const specifier of packed) {
    const names = Object.keys(await import(specifier)).filter((name) => /^[\w$]+$/.test(name));
    const file = `${specifier.replaceAll(/\W+/g, '-').replace(/^-/, '')}.mjs`;
    const lines = names.map(
      (name, index) => `const $${index} = all.${name}; export { $${index} as ${name} };`,
    );
    writeFileSync(
      join(entries, file),
      [`import * as all from ${JSON.stringify(specifier)};`, ...lines, ''].join('\n'),
    );
    modules[specifier] = file;
  }
  return modules;
}

/**
 * Sizes by file.
 * @param {string} entries @param {Record<string, string>} modules
 */
async function pack(entries, modules) {
  // Resolved by hand: a package that is not there is a reason to be told like any other.
  const { build } = createRequire(import.meta.url)('esbuild');
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: Object.values(modules).map((file) => join(entries, file)),
    outdir: draft,
    entryNames: '[name]',
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
  /** @type {Record<string, number>} */
  const bytes = {};
  for (const output of Object.keys(metafile.outputs)) {
    const path = join(root, output);
    bytes[path.slice(draft.length + 1)] = statSync(path).size;
  }
  return bytes;
}

/** A worker that starts in between finds none, and takes everything from node_modules. */
function replace() {
  try {
    renameSync(folder, old);
  } catch {
    // There was none yet.
  }
  renameSync(draft, folder);
}
