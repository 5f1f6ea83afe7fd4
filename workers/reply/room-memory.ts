import type { KV } from '@nats-io/kv';
import type { Bus } from '../bus.ts';
import type { OutputDuty } from '../duty.ts';
import type { Logger } from '../logger.ts';
import { KeptEntry } from './kept-entry.ts';
import type { MemoryPart, MemoryParts } from './memory.ts';

export interface RoomMemoryOptions {
  room: string;
  bucket: () => Promise<Pick<KV, 'get' | 'create' | 'update'>>;
  duty: OutputDuty;
  log: Logger;
  signal: AbortSignal;
  notice: (text: string) => void;
}

/** What is kept of a room, and how it is asked for. */
export interface Memory {
  read(timeoutMs: number): Promise<{ [Part in MemoryPart]?: MemoryParts[Part] | undefined }>;
  /** Never waits. */
  changed(part: MemoryPart): void;
  /** Resolves once all changes are kept, or after so long. */
  kept(timeoutMs: number): Promise<void>;
}

/** What the views are of; see `KeptEntry`. */
export function openMemory(
  options: RoomMemoryOptions,
  views: { [Part in MemoryPart]: () => MemoryParts[Part] },
): Memory {
  const show = new KeptEntry({ ...options, part: 'show', view: views.show });
  const viewers = new KeptEntry({ ...options, part: 'viewers', view: views.viewers });
  return {
    async read(timeoutMs) {
      const [kept, known] = await Promise.all([show.read(timeoutMs), viewers.read(timeoutMs)]);
      return { show: kept, viewers: known };
    },
    changed: (part) => (part === 'show' ? show : viewers).changed(),
    async kept(timeoutMs) {
      await Promise.all([show.kept(timeoutMs), viewers.kept(timeoutMs)]);
    },
  };
}

/** The bucket `memory`, opened when it is first needed; one that could not be opened is asked for again. */
export function openMemoryBucket({ bus }: { bus: Pick<Bus, 'bucket'> }): () => Promise<KV> {
  let opened: Promise<KV> | undefined;
  const bucket = () => {
    opened ??= bus.bucket('memory');
    opened.catch(() => (opened = undefined));
    return opened;
  };
  void bucket().catch(() => undefined);
  return bucket;
}
