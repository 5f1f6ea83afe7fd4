import type { RoomTrouble } from '../../protocol/ipc.ts';

type Topic = Exclude<RoomTrouble['topic'], 'sound'>;
type Level = RoomTrouble['level'];

/** Refusals, or attempts that came to nothing, in a row, before people are told, and before it is critical. */
const limits: Record<Exclude<Topic, 'condition'>, { warning: number; critical: number }> = {
  refused: { warning: 2, critical: 5 },
  unreachable: { warning: 5, critical: 20 },
};

/** What becomes an incident of one room, told when it begins, gets graver, and is over. */
export class RoomTroubles {
  readonly #room: string;
  readonly #report: (trouble: RoomTrouble) => void;
  /** Of a topic of which nothing was said yet, an earlier process may have left an incident open. */
  readonly #levels = new Map<Topic, Level>();

  constructor({ room, report }: { room: string; report: (trouble: RoomTrouble) => void }) {
    this.#room = room;
    this.#report = report;
  }

  /** So many in a row now; 0: it is over. */
  count(topic: Exclude<Topic, 'condition'>, inARow: number, text: string): void {
    const { warning, critical } = limits[topic];
    if (inARow > 0 && inARow < warning) return;
    this.tell(topic, inARow >= critical ? 'critical' : inARow >= warning ? 'warning' : 'ok', text);
  }

  tell(topic: Topic, level: Level, text: string): void {
    if (this.#levels.get(topic) === level) return;
    this.#levels.set(topic, level);
    this.#report({ room: this.#room, topic, level, text });
  }
}
