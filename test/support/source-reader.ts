import { EventEmitter, on } from 'node:events';
import type { Test } from 'tap';
import type { LiveEvent } from '../../protocol/event.ts';
import type { SourceConfig } from '../../protocol/sources.ts';
import { sourceSchema } from '../../protocol/sources.ts';
import { delay } from '../../workers/delay.ts';
import { FaultLog } from '../../workers/ingest/fault-log.ts';
import { sourceDefinition } from '../../workers/ingest/open-source.ts';
import { RoomEvents } from '../../workers/ingest/room-events.ts';
import type {
  Observation,
  RawMessage,
  SourceCondition,
  SourceDefinition,
} from '../../workers/ingest/source.ts';
import { Tally } from '../../workers/ingest/tally.ts';

/**
 * Reads a source as a room's session does, with short waits: opens it, reads it, and again, until the test is over. What the room
 * would publish is in `events`.
 */
export class SourceReader {
  readonly events: LiveEvent[] = [];
  readonly raw: RawMessage[] = [];
  readonly observed: Observation[] = [];
  readonly conditions: SourceCondition[] = [];
  /** How each attempt ended. */
  readonly ends: string[] = [];
  readonly counters: Record<string, number> = {};
  readonly faults: string[] = [];
  opened = 0;
  titles: string[] = [];
  /** While set, frames are not acknowledged. */
  held = false;
  /** While set, nothing is read. */
  stalled: Promise<void> | undefined;
  readonly #waiting: (() => void)[] = [];
  readonly #happened = new EventEmitter();
  readonly #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();

  /** `definition`: another one than that of the type. */
  static start(
    t: Test,
    config: Record<string, unknown> & { type: SourceConfig['type'] },
    definition?: Pick<SourceDefinition<never>, 'platform' | 'open'>,
  ): SourceReader {
    const reader = new SourceReader();
    reader.#running = reader.#run(sourceSchema.parse(config), definition);
    t.teardown(async () => await reader.stop());
    return reader;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  release(): void {
    this.held = false;
    for (const acknowledge of this.#waiting.splice(0)) acknowledge();
  }

  texts(): string[] {
    return this.events.map((event) => (event.kind === 'chat' ? event.text : event.kind));
  }

  /** Waits until what happens makes it true. */
  async until(is: () => boolean): Promise<void> {
    if (is()) return;
    for await (const _ of on(this.#happened, 'happened')) if (is()) return;
  }

  async #run(
    config: SourceConfig,
    given?: Pick<SourceDefinition<never>, 'platform' | 'open'>,
  ): Promise<void> {
    const definition = given ?? (await sourceDefinition(config.type));
    const events = new RoomEvents({
      room: 'demo',
      platform: definition.platform,
      ttls: { chatTtlMs: 60_000, paidTtlMs: 1_800_000, greetingTtlMs: 20_000 },
    });
    const { signal } = this.#stop;
    await using source = definition.open(config as never, {
      room: 'demo',
      tally: new Tally(this.counters),
      faults: new FaultLog({
        warn: (fields: unknown, text?: string) => {
          this.faults.push(
            `${text} ${JSON.stringify(fields, (_key, value: unknown) => (value instanceof Error ? value.message : value))}`,
          );
          this.#happened.emit('happened');
        },
      } as never),
      credentials: { read: () => Promise.resolve('cookie' in config ? config.cookie : '') },
      isCertain: () => true,
      place: () => '',
      onPlace: () => undefined,
      onRaw: (message) => this.raw.push(message),
      onCondition: (condition) => {
        this.conditions.push(condition);
        this.#happened.emit('happened');
      },
    });
    while (!signal.aborted) {
      try {
        const opening = await source.open(signal);
        if (opening.kind !== 'open') {
          this.#ended(`${opening.kind}: ${opening.reason}`);
          await delay(20, signal);
          continue;
        }
        await using feed = opening.feed;
        this.opened += 1;
        this.titles.push(`${feed.title}/${feed.anchor}`);
        this.#happened.emit('happened');
        const frames = feed.frames(signal);
        for (;;) {
          if (this.stalled) await this.stalled;
          const next = await frames.next();
          if (next.done) {
            this.#ended(`${next.value.trouble ?? 'closed'}: ${next.value.reason}`);
            break;
          }
          const { observations, receivedAt } = next.value;
          for (const observation of observations) {
            this.observed.push(observation);
            const event = events.admit(observation, receivedAt);
            if (event) this.events.push(event);
          }
          if (this.held) this.#waiting.push(() => next.value.acknowledge());
          else next.value.acknowledge();
          this.#happened.emit('happened');
          if (observations.some(({ body }) => body.kind === 'control' && body.action === 'end')) {
            this.#ended('ended: the room said so');
            break;
          }
        }
      } catch (error) {
        if (signal.aborted) return;
        this.#ended(
          error instanceof Error
            ? `${'code' in error ? String(error.code) : '?'}: ${error.message}`
            : String(error),
        );
      }
      await delay(20, signal);
    }
  }

  #ended(text: string): void {
    this.ends.push(text);
    this.#happened.emit('happened');
  }
}

/** What the source's decoder makes of recorded messages. */
export async function decodeAgain(
  type: SourceConfig['type'],
  raw: readonly RawMessage[],
): Promise<Observation[]> {
  const definition = await sourceDefinition(type);
  const decoder = definition.openDecoder({
    room: 'demo',
    tally: new Tally({}),
    faults: new FaultLog({ warn: () => undefined } as never),
  });
  const observations: Observation[] = [];
  for (const message of raw) observations.push(...(await decoder.decode(message)));
  return observations;
}
