import type { ChildRecord, Effect, LifeEvent } from '../../supervisor/child-record.ts';
import type { ChildSpec } from '../../supervisor/child-spec.ts';
import type { ExitClass } from '../../supervisor/exit-class.ts';
import type { Output, RosterEvent } from '../../supervisor/roster-state.ts';
import { Roster } from '../../supervisor/roster.ts';

/** A roster whose processes obey at once, unless the test says otherwise, and a clock that the test moves. */
export class Troupe {
  readonly roster: Roster;
  readonly log: string[] = [];
  now = 0;
  /** Children that do not get ready. */
  readonly lame = new Set<string>();
  /** Children that neither yield nor end when they are told to. */
  readonly deaf = new Set<string>();
  #pid = 100;

  /** `lame`: from the first start on. */
  constructor(specs: ChildSpec[], { spares = true, lame = [] }: { spares?: boolean; lame?: string[] } = {}) {
    for (const id of lame) this.lame.add(id);
    this.roster = new Roster(specs);
    this.tell({ kind: 'tick' });
    this.tell({ kind: 'bus', ready: true });
    if (spares) this.tell({ kind: 'allow-spares' });
  }

  /** Everything that follows from an event, until nothing does. */
  tell(event: RosterEvent): void {
    const queue = [event];
    for (let next = queue.shift(); next; next = queue.shift())
      for (const output of this.roster.handle(next, this.now, () => 0.5)) queue.push(...this.#follow(output));
  }

  child(id: string): ChildRecord {
    const child = this.roster.state.children.get(id);
    if (!child) throw new Error(`There is no child ${id}`);
    return child;
  }

  tellChild(id: string, event: LifeEvent): void {
    this.tell({ kind: 'child', id, generation: this.child(id).generation, event });
  }

  dies(id: string, exit: ExitClass = 'failed'): void {
    this.tellChild(id, { kind: 'exited', reason: `ended: ${exit}`, exit });
  }

  /** Time passes with everybody's heart beating. */
  pass(ms: number): void {
    for (const end = this.now + ms; this.now < end;) {
      this.now = Math.min(end, this.now + 250);
      for (const { id } of this.roster.children)
        this.tellChild(id, {
          kind: 'heartbeat',
          inFlight: 0,
          lastProgressAt: 0,
          connected: true,
          busReady: true,
        });
      this.tell({ kind: 'tick' });
    }
  }

  /** `id state lease` of each child. */
  get view(): string[] {
    return this.roster.children.map(
      ({ id, life, duty }) => `${id} ${life.name}${duty ? ` ${duty.lease}@${duty.epoch}` : ''}`,
    );
  }

  /** What was sent since the last look. */
  take(): string[] {
    return this.log.splice(0);
  }

  #follow(output: Output): RosterEvent[] {
    if (output.kind === 'reload') this.log.push(`reload ${output.phase}`);
    if (output.kind !== 'effect') return [];
    const { child, effect } = output;
    this.log.push(`${child.id} ${effect.kind === 'signal' ? effect.signal : effect.kind}`);
    return this.#answers(child, effect).map((event) => ({
      kind: 'child',
      id: child.id,
      generation: child.generation,
      event,
    }));
  }

  #answers({ id }: ChildRecord, effect: Effect): LifeEvent[] {
    const ended = { kind: 'exited', reason: 'ended with code 0', exit: 'clean' } as const;
    switch (effect.kind) {
      case 'spawn':
        return [{ kind: 'spawned', pid: ++this.#pid }, { kind: 'registered' }];
      case 'initialise':
        return this.lame.has(id) ? [] : [{ kind: 'initialised', address: '' }];
      case 'start':
        return [{ kind: 'started' }];
      case 'drain':
        if (this.deaf.has(id)) return [];
        return effect.handOver ? [{ kind: 'yielded' }, ended] : [ended];
      case 'report':
        return [];
      case 'signal':
        return effect.signal === 'SIGKILL' || !this.deaf.has(id)
          ? [{ kind: 'exited', reason: `ended by ${effect.signal}`, exit: 'failed' }]
          : [];
    }
  }
}
