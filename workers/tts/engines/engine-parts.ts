import type { Logger } from '../../logger.ts';

/** What every engine is opened with, beside its configuration. */
export interface EngineParts {
  log: Pick<Logger, 'info' | 'warn'>;
  /** Where its configuration stands, such as `tts.engines[0]`: for messages about it. */
  path: string;
  /** Folder against which relative paths are read, and from which packages are looked for. */
  project: string;
}

/** Names of an engine's endpoints in logs: its id alone when there is but one. */
export function endpointName(id: string, address: string, { ofMany }: { ofMany: boolean }): string {
  return ofMany ? `${id} ${new URL(address).host}` : id;
}
