import type { LiveEvent } from '../../protocol/event.ts';
import { outcomeId } from '../../protocol/ids.ts';
import { outcomeSubject, speechSubject } from '../../protocol/subjects.ts';
import type { Delivery } from '../bus.ts';
import type { ConnectedChild } from '../child.ts';
import { delay } from '../delay.ts';
import { RoomHost, outcomeOf } from './room-host.ts';
import { SpeechHistory } from './speech-history.ts';
import { remainingSegments } from './utterance.ts';

const historyMs = 3_600_000;
const turnEveryMs = 100;
/** A third of the consumer's ack wait. */
const keepAliveEveryMs = 2_000;
const maxAtHand = 1_000;
/** With no event for so long while draining, everything has arrived: those before us have ended. */
const quietMs = 300;
/** A message that was delivered so often killed its worker each time. */
const maxDeliveries = 30;

/** All rooms' hosts, and the event stream that feeds them. */
export class Desk {
  readonly #child: ConnectedChild;
  readonly #hosts = new Map<string, RoomHost>();
  #lastEventAt = 0;

  private constructor(child: ConnectedChild) {
    this.#child = child;
  }

  /** Reads what has been said already, and finishes what a predecessor had begun. */
  static async open(child: ConnectedChild): Promise<Desk> {
    const { bus, options, signal, log, counters } = child;
    const history = new SpeechHistory();
    const from = { timeMs: Date.now() - historyMs };
    const filter = 'live.*.speech.*';
    for await (const { body } of bus.read('SPEECH', 'segment', { filter, from, untilEnd: true, signal }))
      history.add(body);
    for (const { first, reached } of history.unfinished) {
      for (const segment of remainingSegments(first, reached)) {
        const subject = speechSubject(segment.room, segment.priority);
        await bus.publish(subject, 'segment', segment, { msgId: segment.id, signal });
      }
    }
    const desk = new Desk(child);
    for (const { id: room } of options.config.rooms) {
      const host = new RoomHost(
        {
          room,
          config: options.config.reply,
          voice: options.config.tts.voice,
          bus,
          log,
          signal,
          lifeId: `${Date.now().toString(36)}`,
          history: history.idleOf(room),
          onProgress: () => child.progress(),
          count: (name) => (counters[name] = (counters[name] ?? 0) + 1),
        },
        history.answered,
      );
      desk.#hosts.set(room, host);
    }
    return desk;
  }

  /** Works until asked to drain, then finishes. */
  async run(): Promise<void> {
    const { signal, draining } = this.#child;
    const ended = new AbortController();
    const all = AbortSignal.any([signal, ended.signal]);
    const leaving = AbortSignal.any([signal, draining]);
    const loops = [this.#takeEvents(all), this.#hearPlayheads(all), this.#keepAlive(all)];
    while (!leaving.aborted) {
      await Promise.all([...this.#hosts.values()].map(async (host) => await host.turn()));
      this.#child.inFlight = [...this.#hosts.values()].reduce((sum, { waiting }) => sum + waiting, 0);
      this.#child.counters['waiting'] = this.#child.inFlight;
      this.#child.counters['refused'] = this.#child.bus.refused;
      await delay(turnEveryMs, leaving);
    }
    this.#lastEventAt = Date.now();
    while (!signal.aborted && Date.now() - this.#lastEventAt < quietMs) await delay(20, signal);
    await Promise.all([...this.#hosts.values()].map(async (host) => await host.finish()));
    ended.abort();
    await Promise.all(loops);
  }

  async #takeEvents(signal: AbortSignal): Promise<void> {
    const { bus, counters } = this.#child;
    for await (const delivery of bus.work('EVENTS', 'reply', 'event', { maxMessages: maxAtHand, signal })) {
      this.#lastEventAt = Date.now();
      counters['events'] = (counters['events'] ?? 0) + 1;
      await this.#take(delivery);
    }
  }

  async #take({ body: event, message, deliveries }: Delivery<LiveEvent>): Promise<void> {
    const host = this.#hosts.get(event.room);
    if (host && deliveries <= maxDeliveries) return await host.take(event, message);
    const { bus, signal, log } = this.#child;
    const reason = host ? `delivered ${deliveries} times` : 'the room is not hosted';
    const what = host ? 'failed' : 'skipped';
    log.warn({ event: event.id, reason }, 'event let go');
    const outcome = outcomeOf(event, event.room, what, reason);
    await bus.publish(outcomeSubject(event.room, what), 'outcome', outcome, {
      msgId: outcomeId(event.id),
      signal,
    });
    message.ack();
  }

  async #hearPlayheads(signal: AbortSignal): Promise<void> {
    for await (const { message } of this.#child.bus.listen('live.*.playhead', signal)) {
      if (message.type === 'playhead') this.#hosts.get(message.body.room)?.hear(message.body);
    }
  }

  async #keepAlive(signal: AbortSignal): Promise<void> {
    while (await delay(keepAliveEveryMs, signal)) for (const host of this.#hosts.values()) host.keepAlive();
  }
}
