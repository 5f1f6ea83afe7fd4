import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { exitCodes } from '../../protocol/exit-codes.ts';

export interface Systemd {
  scope: 'system' | 'user';
  /** Where the unit's file lies. */
  file: string;
  name: string;
  /** Runs `systemctl` with what it says shown to the person; resolves to its exit code. */
  systemctl: (...args: string[]) => Promise<number>;
  say: (line: string) => void;
}

/** Starting waits until everything is on air, stopping until everything has stopped in order. */
const systemctlDeadlineMs = 400_000;
const bootedFolder = '/run/systemd/system';

/** The folder that a person's own units, or the machine's, are in. */
export function unitFolder(scope: 'system' | 'user', env: Record<string, string | undefined>): string {
  if (scope === 'system') return '/etc/systemd/system';
  const configuration = env['XDG_CONFIG_HOME'] ?? '';
  return join(configuration === '' ? join(homedir(), '.config') : configuration, 'systemd', 'user');
}

/** Why systemd cannot be asked here; empty when it can. */
export function whyNoSystemd(
  scope: 'system' | 'user',
  env: Record<string, string | undefined>,
  booted = bootedFolder,
): string {
  if (process.platform !== 'linux') return `systemd is a part of Linux, and this is ${process.platform}`;
  if (!existsSync(booted))
    return `systemd does not run this machine (there is no ${booted}): let what does start "npm run supervise", or print the unit and take it along`;
  if (scope === 'user' && (env['XDG_RUNTIME_DIR'] ?? '') === '')
    return 'nobody is logged in here as far as systemd knows (XDG_RUNTIME_DIR is not set): log in as that user instead of using su';
  return '';
}

/** Writes the unit, and has it started now and with the machine. Resolves to an exit code. */
export async function install(systemd: Systemd, text: string, start: boolean): Promise<number> {
  const { scope, file, name, systemctl, say } = systemd;
  const unchanged = (await readFile(file, 'utf8').catch(() => '')) === text;
  if (!unchanged) {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(`${file}.new`, text, { mode: 0o644 });
    await rename(`${file}.new`, file);
  }
  say(`${file} ${unchanged ? 'is already so' : 'written'}`);
  const steps = [['daemon-reload'], ['enable', name], ...(start ? [['restart', name]] : [])];
  for (const step of steps) {
    const code = await systemctl(...step);
    if (code !== 0) {
      const user = scope === 'user' ? '--user ' : '';
      say(`systemctl ${step.join(' ')} ended with code ${code}; "journalctl ${user}-u ${name}" may say why`);
      return exitCodes.failed;
    }
  }
  say(
    start
      ? `${name} is on air, and will be after each start of the machine`
      : `${name} will start with the machine`,
  );
  if (scope === 'user')
    say(
      'It starts when you log in. To have it run without that, also after a power cut: loginctl enable-linger',
    );
  return exitCodes.clean;
}

/** Stops the service, and takes its unit away. Resolves to an exit code. */
export async function uninstall({ file, name, systemctl, say }: Systemd): Promise<number> {
  if (!existsSync(file)) {
    say(`There is no ${file}: nothing to take away`);
    return exitCodes.clean;
  }
  const code = await systemctl('disable', '--now', name);
  if (code !== 0) {
    say(`systemctl disable ended with code ${code}: ${file} is left where it is`);
    return exitCodes.failed;
  }
  await rm(file, { force: true });
  await systemctl('daemon-reload');
  say(`${file} removed; the home folder is as it was`);
  return exitCodes.clean;
}

/** Runs `systemctl` for a scope. Rejects when it cannot be started or does not end in time. */
export function systemctlFor(scope: 'system' | 'user', program = 'systemctl'): Systemd['systemctl'] {
  return (...args) => {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const child = spawn(program, [...(scope === 'user' ? ['--user'] : []), '--no-pager', ...args], {
      stdio: ['ignore', 'inherit', 'inherit'],
      timeout: systemctlDeadlineMs,
      killSignal: 'SIGKILL',
    });
    child.once('error', (cause) => reject(new Error(`Cannot run ${program}`, { cause })));
    child.once('exit', (code, signal) => {
      if (code !== null) resolve(code);
      else reject(new Error(`${program} ${args.join(' ')} was ended by ${signal}`));
    });
    return promise;
  };
}
