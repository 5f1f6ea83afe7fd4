import type { EventKind, LiveEvent } from '../../../protocol/event.ts';
import { eventKinds, isPaid } from '../../../protocol/event.ts';
import { eventId } from '../../../protocol/ids.ts';
import type { Shed } from './record.ts';

const firstToGo: readonly EventKind[] = ['like', 'enter'];

/** What is shed when there is no place, class by class. What was paid for is in none: it is kept, or the room has to wait. */
export const shedOrder: readonly (readonly EventKind[])[] = [
  firstToGo,
  eventKinds.filter((kind) => !isPaid(kind) && !firstToGo.includes(kind)),
];

export const shedReason = 'no room in the journal while the bus was away';

/** Keeps a record below 20 KB. */
const maxIds = 500;

/** Gathers what is shed into as few records as may be. */
export class ShedList {
  readonly #byPrefix = new Map<string, { room: string; events: { kind: EventKind; rest: string }[] }>();
  count = 0;

  add({ id, room, platform, kind }: LiveEvent): void {
    const usual = eventId(room, platform, '');
    const prefix = id.startsWith(usual) ? usual : '';
    const list = this.#byPrefix.get(prefix) ?? { room, events: [] };
    this.#byPrefix.set(prefix, list);
    list.events.push({ kind, rest: id.slice(prefix.length) });
    this.count += 1;
  }

  records(): Shed[] {
    return [...this.#byPrefix].flatMap(([prefix, { room, events }]) => {
      const records: Shed[] = [];
      for (let at = 0; at < events.length; at += maxIds) {
        const ids: Shed['ids'] = {};
        for (const { kind, rest } of events.slice(at, at + maxIds)) (ids[kind] ??= []).push(rest);
        records.push({ room, reason: shedReason, prefix, ids });
      }
      return records;
    });
  }
}
