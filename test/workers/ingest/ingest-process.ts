import type { Test } from 'tap';
import type { LiveEvent } from '../../../protocol/event.ts';
import type { ChildOptions, ChildReport, SupervisorCommand } from '../../../protocol/ipc.ts';
import type { Share } from '../../../protocol/sharding.ts';
import { openBus } from '../../../workers/open-bus.ts';
import { setWanted } from '../../../ops/live/set-wanted.ts';
import { openLogger } from '../../../workers/logger.ts';
import { HostedChild, childOptions } from '../../support/child-host.ts';
import { accessTo } from '../../support/nats.ts';

const silent = openLogger({});
silent.level = 'silent';

export interface IngestOptions {
  url: string;
  home: string;
  source: SourceOptions;
  /** Further rooms, by name. */
  others?: Record<string, SourceOptions>;
  /** The part `ingest` of the configuration. */
  ingest?: Record<string, unknown>;
}

type SourceOptions =
  { pageUrl: string; pushUrls: string[]; webRid?: string } | { type: 'recording'; file: string };

/** A real ingest worker with one room, `demo`, and others if they are given, taken through its life step by step. */
export class IngestProcess {
  readonly child: HostedChild;
  /** As a supervisor does, for a busy machine makes a worker doubt too. Unset: it is replaced as far as it can know. */
  answersDoubts = true;
  readonly #options: ChildOptions;

  constructor(t: Test, { url, home, source, others = {}, ingest = {} }: IngestOptions) {
    const rooms = Object.entries({ demo: source, ...others }).map(([id, given]) => ({
      id,
      source: 'type' in given ? given : { type: 'douyin', webRid: 'demo', ...given },
    }));
    const supervisor = { heartbeatMs: 50, heartbeatDeadlineMs: 500 };
    this.#options = childOptions({
      id: 'ingest',
      role: 'ingest',
      home,
      bus: accessTo(url),
      config: { rooms, supervisor, ingest },
    });
    this.child = new HostedChild(t, { entry: 'workers/ingest/main.ts', options: this.#options });
    this.child.process.on('message', (report: ChildReport) => {
      if (report.kind === 'doubt' && this.answersDoubts)
        this.send({ kind: 'confirmed', epoch: report.epoch });
    });
  }

  /** Returns once it is a spare. */
  async initialise(): Promise<void> {
    await this.child.waitFor(({ kind }) => kind === 'registered');
    this.send({ kind: 'initialise', options: this.#options });
    await this.child.waitFor(({ kind }) => kind === 'initialised');
  }

  async promote(epoch: number, share?: Share): Promise<void> {
    const lease = share ? `ingest/${share.index}-${share.of}` : 'ingest';
    this.send({ kind: 'start', duty: { lease, epoch, ...(share ? { share } : {}) } });
    await this.child.waitFor(({ kind }) => kind === 'started');
  }

  send(command: SupervisorCommand): void {
    this.child.process.send(command);
  }
}

/** Everything in EVENTS, in its order. */
export async function eventsOf(url: string): Promise<LiveEvent[]> {
  const signal = AbortSignal.timeout(60_000);
  await using bus = await openBus({ access: accessTo(url), name: 'test', log: silent, signal });
  const events: LiveEvent[] = [];
  const all = bus.read('EVENTS', 'event', { filter: 'live.>', from: { seq: 1 }, untilEnd: true, signal });
  for await (const { body } of all) events.push(body);
  return events;
}

/** Returns once somebody has saved where the room is. */
export async function untilPlaceSaved(url: string): Promise<void> {
  const signal = AbortSignal.timeout(60_000);
  await using bus = await openBus({ access: accessTo(url), name: 'test', log: silent, signal });
  const changes = await (await bus.bucket('rooms')).watch({ key: 'resume.demo' });
  for await (const _ of changes) return;
}

/** Starts or stops rooms as the command does. */
export async function openWanted(
  t: Test,
  url: string,
): Promise<(room: string, wanted: boolean) => Promise<boolean>> {
  const { signal } = new AbortController();
  const bus = await openBus({ access: accessTo(url), name: 'test', log: silent, signal });
  t.teardown(async () => await bus[Symbol.asyncDispose]());
  const bucket = await bus.bucket('rooms');
  return async (room, wanted) => await setWanted(bucket, room, { wanted, by: 'test' });
}
