import { namedFiles } from './check-references.ts';
import { digestInputs, keepConfig } from './kept-config.ts';
import { loadConfig } from './load-config.ts';

/** Started by `load-config-apart`: reads the configuration that its arguments name, sends what came of it, keeps it, and ends. */
const [file = '', home = ''] = process.argv.slice(2);
const begunMs = Date.now();
const inputs = digestInputs(file, home);
let usesEnvironment = false;
const environment = new Proxy(process.env, {
  get(all, name) {
    usesEnvironment = true;
    return typeof name === 'string' ? all[name] : undefined;
  },
});
const loaded = await loadConfig(file, environment, home);
await new Promise<void>((sent) => {
  if (process.send) process.send(loaded, () => sent());
  else sent();
});
process.disconnect?.();
// What comes from the environment may be a secret, and is not to lie on a disk.
const files = loaded.ok && !usesEnvironment ? namedFiles(loaded.config) : undefined;
// What was changed while it was read may have been read either way.
const isSame = inputs !== undefined && inputs === digestInputs(file, home);
keepConfig(
  loaded.ok && files && isSame ? { config: loaded.config, inputs, files, begunMs } : undefined,
  file,
  home,
);
