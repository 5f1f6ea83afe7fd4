import type { ConfigurationProblem } from '../../protocol/configuration-error.ts';
import type { EventBody, Viewer } from '../../protocol/event.ts';
import type { SourceConfig } from '../../protocol/sources.ts';
import type { ConnectionPolicy, TroubleClass } from './connection-policy.ts';
import type { FaultLog } from './fault-log.ts';
import type { Tally } from './tally.ts';

/**
 * What a source saw, before the room's own rules (`room-events.ts`): `messageId` is the platform's id of the message, the same each
 * time that message is delivered. A gift's `total` is what its streak has come to and its `count` is ignored; where only what was added
 * is told, that is the `count`, and `total` is 0. `streak` is unique in the room, and empty when the message stands for itself.
 */
export interface Observation {
  messageId: string;
  /** Unix milliseconds. */
  at: number;
  viewer: Viewer | null;
  body: EventBody;
}

/** What arrived at once. `acknowledge` tells the room that it need not be sent again: only after every event is kept. Never throws. */
export interface SourceFrame {
  receivedAt: number;
  observations: Observation[];
  acknowledge(): void;
}

/** Why a feed stopped. `waitMs` is the least time before the next try; without `trouble` the other side closed it. */
export interface FeedEnd {
  reason: string;
  waitMs: number;
  trouble?: TroubleClass;
}

/** Why a feed could not be opened, for `Source.open` to throw. Any other error counts as `network` when the system says so, else as `system`. */
export class SourceError extends Error {
  override name = 'SourceError';
  readonly code: TroubleClass;

  constructor(code: TroubleClass, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** One connection to a room. Disposing closes it; until then frames can still be acknowledged. */
export interface Feed extends AsyncDisposable {
  title: string;
  anchor: string;
  /** Frames in order. Ends when the connection does, or, after `stopReading`, when what had arrived is handed out. Once only. */
  frames(stopReading: AbortSignal): AsyncGenerator<SourceFrame, FeedEnd>;
}

/** What came of an attempt to open a feed; the expected states of a room are not errors. */
export type Opening =
  | { kind: 'open'; feed: Feed }
  | { kind: 'offline'; reason: string }
  | { kind: 'not-found'; reason: string }
  /** The platform refuses this client: no blip, more tries make it worse. */
  | { kind: 'blocked'; reason: string };

/** Where a room's events come from: one per room, one feed at a time. */
export interface Source extends AsyncDisposable {
  platform: string;
  /** Throws for what may pass: no network, no answer, no signature. */
  open(signal: AbortSignal): Promise<Opening>;
}

/** What came over the wire, before anything is made of it, as it is recorded and replayed. */
export interface RawMessage {
  /** Unix milliseconds. */
  receivedAt: number;
  /** `text`: UTF-8 in `data`; `fetch`: the body of an answer over HTTP. */
  form: 'binary' | 'text' | 'fetch';
  data: Uint8Array;
}

/** Something about a room that a person should know of and may mend; said by the source, told and counted by the session. */
export interface SourceCondition {
  /** A short name, such as `guest`, `gifts-missing`, `credentials-expired`, `capture-lost`. */
  code: string;
  text: string;
  /** False: it has passed. */
  isOn: boolean;
}

/** What a source gets of the room's session. */
export interface SourceParts {
  room: string;
  tally: Tally;
  faults: FaultLog;
  /** Whether this process may still speak for its rooms. */
  isCertain: () => boolean;
  /** What `onPlace` told an earlier process; empty: nothing is known. */
  place: () => string;
  /** Hears how far the room was read and kept, in the source's own words; `write` is called when it is to be saved. */
  onPlace: (write: () => string) => void;
  /** Hears of everything that arrives, in order, before it is decoded. */
  onRaw: (message: RawMessage) => void;
  onCondition: (condition: SourceCondition) => void;
  /** The cookies to log in with, as a header or one a line; to be read with each connection. Throws when they cannot be read. */
  credentials: { read(): Promise<string> };
}

/** Makes of recorded messages what the source's feed makes of them when they arrive. */
export interface Decoder {
  /** Damage is counted, reported and passed over, as on the air; nothing is thrown for it. */
  decode(message: RawMessage): Promise<Observation[]>;
}

/** All that the rest of ingest knows of a platform. One file in `sources/` makes one of these; the list is `open-source.ts`. */
export interface SourceDefinition<Config extends SourceConfig = SourceConfig> {
  /** Goes into the ids and the `platform` of events. */
  platform: string;
  policy: ConnectionPolicy;
  /** Nothing is connected yet. */
  open(config: Config, parts: SourceParts): Source;
  openDecoder(parts: Pick<SourceParts, 'room' | 'tally' | 'faults'>): Decoder;
  /** What the configuration asks for and this machine does not have. Paths begin at the source. */
  check(config: Config): Promise<ConfigurationProblem[]>;
  /** Runs through everything that the source does, against nobody, so that the first room is not served by cold code. */
  warmUp(signal: AbortSignal): Promise<void>;
}
