import { namedFiles } from './check-references.ts';
import { digestInputs, keepConfig } from './kept-config.ts';
import { loadConfig } from './load-config.ts';

/** Started by `load-config-apart`: reads the configuration that its arguments name, sends what came of it, keeps it, and ends. */
const [file = '', home = ''] = process.argv.slice(2);
const inputs = digestInputs(file, home);
const loaded = await loadConfig(file, process.env, home);
await new Promise<void>((sent) => {
  if (process.send) process.send(loaded, () => sent());
  else sent();
});
process.disconnect?.();
const files = loaded.ok ? namedFiles(loaded.config) : undefined;
// What was changed while it was read may have been read either way.
if (loaded.ok && inputs !== undefined && files !== undefined && inputs === digestInputs(file, home))
  keepConfig(loaded.config, { inputs, files }, file, home);
