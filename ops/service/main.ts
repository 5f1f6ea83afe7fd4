import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { exitCodes } from '../../protocol/exit-codes.ts';
import { loadConfig } from '../../supervisor/load-config.ts';
import { folder, project } from '../operator.ts';
import { runCommand } from '../run-command.ts';
import type { ServiceOptions } from './read-service-options.ts';
import { readServiceOptions, usage } from './read-service-options.ts';
import { install, systemctlFor, uninstall, unitFolder, whyNoSystemd } from './systemd.ts';
import { unitText } from './unit-text.ts';

const cannot = {
  install: 'Cannot install the service',
  uninstall: 'Cannot take the service away',
  status: 'Cannot ask for the service',
} as const;

await runCommand(main);

async function main(): Promise<number> {
  const isRoot = process.getuid?.() === 0;
  const options = readServiceOptions(process.argv.slice(2), { folder, project, isRoot });
  if (options === 'help') {
    console.log(usage);
    return exitCodes.clean;
  }
  const { action, scope, name } = options;
  const say = (line: string) => console.error(line);
  if (action === 'print') {
    const text = await readUnit(options, say);
    if (text === undefined) return exitCodes.badConfiguration;
    process.stdout.write(text);
    return exitCodes.clean;
  }
  const why = whyNoSystemd(scope, process.env);
  if (why !== '') throw new Error(`${cannot[action]}: ${why}`);
  if (scope === 'system' && !isRoot && action !== 'status')
    throw new Error(`${cannot[action]}: only root may for the machine; use sudo, or --user`);
  const systemctl = systemctlFor(scope);
  const file = join(unitFolder(scope, process.env), `${name}.service`);
  const systemd = { scope, file, name: `${name}.service`, systemctl, say };
  switch (action) {
    case 'install': {
      const text = await readUnit(options, say);
      return text === undefined ? exitCodes.badConfiguration : await install(systemd, text, options.start);
    }
    case 'uninstall':
      return await uninstall(systemd);
    case 'status':
      return await systemctl('status', systemd.name);
  }
}

/** Undefined when the configuration is wrong: a service that cannot start is better not installed. */
async function readUnit(options: ServiceOptions, say: (line: string) => void): Promise<string | undefined> {
  const { scope, home, configFile, environmentFile, only } = options;
  const own = environmentFile === '' ? {} : parseEnv(readFileSync(environmentFile, 'utf8'));
  const loaded = await loadConfig(configFile, { ...process.env, ...own });
  if (!loaded.ok) {
    for (const line of loaded.lines) say(line);
    return undefined;
  }
  return unitText({
    node: ownNode(),
    project,
    home,
    configFile,
    environmentFile,
    only: only.join(','),
    scope,
    runAs: options.runAs === '' ? ownerOf(project) : options.runAs,
    stopTimeoutMs: loaded.config.supervisor.stopTimeoutMs,
  });
}

/** The way that npm scripts go: where a library is missing, a launcher lies there. */
function ownNode(): string {
  const link = join(project, 'node_modules', '.bin', 'node');
  return existsSync(link) ? link : process.execPath;
}

/** What runs as root would leave files in the home folder that its owner cannot use; a number is as good as a name to systemd. */
function ownerOf(path: string): string {
  const { uid } = statSync(path);
  return uid === 0 ? '' : String(uid);
}
