import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { TtsEngineConfig } from '../../protocol/tts-config.ts';

/** Where an engine is and how patient we are changes nothing of how it sounds. */
const silent: ReadonlySet<string> = new Set([
  'id',
  'endpoints',
  'connectMs',
  'firstByteMs',
  'gapMs',
  'totalMs',
  'maxBytes',
  'retry',
  'breaker',
  'rate',
  'restart',
  'slots',
  'apiKey',
]);

/**
 * Of what changes how an engine sounds: its settings, and the files here like which its voices speak, by size and time; another recording
 * under the same name is another voice. `project`: where relative names begin.
 */
export function digestSettings(config: TtsEngineConfig, project: string): string {
  const heard: unknown[] = Object.entries(config).filter(([name]) => !silent.has(name));
  const files = config.type === 'cosyvoice' ? config.voices.map(({ promptWav }) => promptWav) : [];
  const versions = files.filter((file) => file !== '').map((file) => versionOf(resolve(project, file)));
  if (versions.length > 0) heard.push(versions);
  return createHash('sha256').update(JSON.stringify(heard)).digest('hex').slice(0, 16);
}

function versionOf(file: string): string {
  try {
    const { size, mtimeMs } = statSync(file);
    return `${size} ${mtimeMs}`;
  } catch {
    // The engine says so when it needs it.
    return '';
  }
}
