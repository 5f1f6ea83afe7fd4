import { loadConfig } from './load-config.ts';

/** Started by `load-config-apart`: reads the configuration that its arguments name, sends what came of it, and ends. */
process.send?.(await loadConfig(process.argv[2] ?? '', process.env, process.argv[3]), () =>
  process.disconnect?.(),
);
