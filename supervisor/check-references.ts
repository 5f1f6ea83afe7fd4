import { accessSync, constants, readFileSync } from 'node:fs';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import type { Config, SourceConfig } from '../protocol/config.ts';
import type { ConfigurationProblem } from '../protocol/configuration-error.ts';
import { checkReplyFiles, resolveReplyFiles } from './reply-files.ts';

/** The configuration with its file names made absolute; they are relative to the configuration file's folder. */
export const resolveFiles = (config: Config, folder: string): Config =>
  mapFiles(config, (file) => (file === '' ? '' : resolve(folder, file)));

/** The files that a configuration names; undefined when it rests on more than files: programs come and go with PATH. */
export function namedFiles(config: Config): string[] | undefined {
  const hasProgram = config.rooms.some(
    ({ source }) => 'signer' in source && source.signer.type === 'command',
  );
  if (hasProgram) return undefined;
  const files = new Set<string>();
  mapFiles(config, (file) => {
    if (file !== '') files.add(file);
    return file;
  });
  return [...files];
}

function mapFiles(config: Config, from: (file: string) => string): Config {
  return {
    ...config,
    bus: { ...config.bus, credentialsFile: from(config.bus.credentialsFile) },
    reply: resolveReplyFiles(config.reply, from),
    rooms: config.rooms.map((room) => {
      return { ...room, source: resolveSource(room.source, from) };
    }),
  };
}

function resolveSource(source: SourceConfig, from: (file: string) => string): SourceConfig {
  // The worker looks at what is in a recording.
  if (source.type === 'recording') return { ...source, file: from(source.file) };
  return 'cookieFile' in source ? { ...source, cookieFile: from(source.cookieFile) } : source;
}

/** Files and programs that the configuration names and that cannot be had. */
export function checkReferences(config: Config): ConfigurationProblem[] {
  const problems = unreadable(config.bus.credentialsFile, 'bus.credentialsFile');
  for (const [index, { source }] of config.rooms.entries()) {
    const path = `rooms[${index}].source`;
    if ('cookieFile' in source) problems.push(...unreadable(source.cookieFile, `${path}.cookieFile`));
    if (!('signer' in source)) continue;
    const { signer } = source;
    const program = signer.type === 'command' ? signer.command[0] : undefined;
    if (program !== undefined && !isProgram(program)) {
      problems.push({ path: `${path}.signer.command[0]`, message: `there is no program "${program}"` });
    }
  }
  return [...problems, ...checkReplyFiles(config.reply)];
}

function unreadable(file: string, path: string): ConfigurationProblem[] {
  if (file === '') return [];
  try {
    readFileSync(file);
    return [];
  } catch (error) {
    return [{ path, message: `cannot be read: ${error instanceof Error ? error.message : String(error)}` }];
  }
}

function isProgram(name: string): boolean {
  const named = isAbsolute(name) || name.includes('/') || name.includes('\\');
  const folders = named ? [''] : (process.env['PATH'] ?? '').split(delimiter).filter(Boolean);
  const endings = process.platform === 'win32' ? ['', '.exe', '.cmd', '.bat'] : [''];
  return folders.some((folder) =>
    endings.some((ending) => isExecutable((folder ? join(folder, name) : name) + ending)),
  );
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
