import type { Test } from 'tap';
import type { LiveEvent } from '../../../protocol/event.ts';
import type { ChildOptions, ChildReport, SupervisorCommand } from '../../../protocol/ipc.ts';
import { openBus } from '../../../workers/open-bus.ts';
import { openLogger } from '../../../workers/logger.ts';
import { HostedChild, childOptions } from '../../support/child-host.ts';
import { accessTo } from '../../support/nats.ts';

const silent = openLogger({});
silent.level = 'silent';

export interface IngestOptions {
  url: string;
  home: string;
  source: { pageUrl: string; pushUrls: string[]; webRid?: string } | { type: 'recording'; file: string };
  /** The part `ingest` of the configuration. */
  ingest?: object;
}

/** A real ingest worker with one room, `demo`, taken through its life step by step. */
export class IngestProcess {
  readonly child: HostedChild;
  /** As a supervisor does, for a busy machine makes a worker doubt too. Unset: it is replaced as far as it can know. */
  answersDoubts = true;
  readonly #options: ChildOptions;

  constructor(t: Test, { url, home, source, ingest = {} }: IngestOptions) {
    const whole = 'type' in source ? source : { type: 'douyin', webRid: 'demo', ...source };
    const rooms = [{ id: 'demo', source: whole }];
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

  async promote(epoch: number): Promise<void> {
    this.send({ kind: 'start', duty: { lease: 'ingest', epoch } });
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
