import { join } from 'node:path';
import type { RoomConfig } from '../../protocol/config.ts';
import type { FaultLog } from './fault-log.ts';
import type { Host } from './host-room.ts';
import { pacedSource } from './paced-source.ts';
import { RoomRecorder } from './recording/recorder.ts';
import { RoomLink } from './room-link.ts';
import type { Source, SourceDefinition, SourceParts } from './source.ts';
import type { Tally } from './tally.ts';

interface RoomPartsOptions {
  room: RoomConfig;
  definition: SourceDefinition;
  host: Host;
  tally: Tally;
  faults: FaultLog;
}

/**
 * What one session of a room is made of, up to its source. Nothing of it does anything by itself, so a spare makes it long before it is
 * needed: what runs for the first time takes several milliseconds.
 */
export class RoomParts implements AsyncDisposable {
  readonly link: RoomLink;
  readonly #options: RoomPartsOptions;
  /** Null: nothing is to be recorded, or it is a recording already. */
  readonly #recorder: RoomRecorder | null;
  readonly #stop = new AbortController();
  #letGo = () => {};

  constructor(options: RoomPartsOptions) {
    this.#options = options;
    const { room, definition, host, tally, faults } = options;
    const { child } = host;
    this.#recorder = this.#openRecorder();
    this.link = new RoomLink({
      room: room.id,
      platform: definition.platform,
      policy: definition.policy,
      config: 'refresh' in room.source ? room.source : {},
      child,
      bus: child.bus,
      tally,
      faults,
      signal: this.#stop.signal,
      openSource: (parts, isNew) =>
        this.#openSource({ ...parts, onRaw: (message) => this.#recorder?.record(message) }, isNew),
    });
  }

  /** The session begins; `signal` means: return now. */
  begin(signal: AbortSignal): void {
    const stop = () => this.#stop.abort(signal.reason);
    this.#letGo = () => signal.removeEventListener('abort', stop);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
    this.link.begin();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.link[Symbol.asyncDispose]();
    } finally {
      await this.#recorder?.[Symbol.asyncDispose]();
      // A login that is being renewed is still good for the next session; it ends with the worker.
      void this.link.credentials.settled().finally(this.#letGo);
    }
  }

  /** `isNew`: the first of this life, which may go on where an earlier process was. */
  #openSource(parts: Pick<SourceParts, 'credentials' | 'onCondition' | 'onRaw'>, isNew: boolean): Source {
    const { room, definition, host, tally, faults } = this.#options;
    const { child, saved } = host;
    const source = definition.open(room.source, {
      room: room.id,
      tally,
      faults,
      isCertain: () => child.duty.isCertain,
      place: () => (isNew ? saved.get(room.id) : ''),
      onPlace: (write) => saved.save(room.id, write),
      ...parts,
    });
    const { maxFramesPerSecond } = child.options.config.ingest;
    return pacedSource(source, { maxFramesPerSecond, onHeld: () => tally.count('framesHeld') });
  }

  #openRecorder(): RoomRecorder | null {
    const { room, host, tally } = this.#options;
    const { child } = host;
    const { recording } = child.options.config.ingest;
    const { id, source } = room;
    if (!recording.enabled || source.type === 'recording') return null;
    return new RoomRecorder({
      room: id,
      source: source.type,
      folder: join(child.options.home, 'recordings', id),
      config: recording,
      tally,
      log: child.log,
    });
  }
}
