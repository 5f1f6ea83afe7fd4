import type { Config } from '../protocol/config.ts';
import type { Role } from '../protocol/roles.ts';
import type { ChildRecord } from './child-record.ts';
import { childSpecs, fillAddresses } from './child-spec.ts';
import type { Output, RosterEvent, RosterState } from './roster-state.ts';
import { isActive } from './roster-state.ts';

export interface EditionsOptions {
  first: Config;
  only: Role[];
  state: RosterState;
  tell: (event: RosterEvent) => void;
}

/** A failure so long after a change is not blamed on it. */
const suspectMs = 1_800_000;

/** The configurations that children run with, by the number of their edition, and the one to go back to. */
export class Editions {
  readonly #options: EditionsOptions;
  readonly #configs = new Map<number, Config>();
  /** Those that have proved to work, latest last. */
  #proven = [1];
  #latest = 1;
  /** When the last change was brought in; long ago, or taken back: nothing is its fault. */
  #changedAt = -Infinity;

  /** The edition that was a way back to an earlier one; 0: there was none. */
  #wayBack = 0;

  constructor(options: EditionsOptions) {
    this.#options = options;
    this.#configs.set(1, options.first);
  }

  /** What is wanted now. */
  get current(): Config {
    return this.configOf(this.#options.state.edition);
  }

  configOf(edition: number): Config {
    return this.#configs.get(edition) ?? this.#options.first;
  }

  /** That of the child's edition, with the addresses that it needs. */
  configFor({ spec, edition }: ChildRecord): Config {
    const config = this.configOf(edition);
    if (spec.needsAddressOf.length === 0) return config;
    // Whoever is at work has the last word; a spare has an address of its own, or none yet.
    const known = [...this.#options.state.children.values()]
      .filter(({ address }) => address !== '')
      .sort((a, b) => Number(isActive(a)) - Number(isActive(b)));
    const addresses = new Map(known.map((child) => [child.spec.id, child.address]));
    return fillAddresses(config, addresses, spec.role);
  }

  load(config: Config): void {
    const { tell, only } = this.#options;
    const specs = childSpecs(config, only);
    this.#latest += 1;
    this.#configs.set(this.#latest, config);
    tell({ kind: 'reload', specs, edition: this.#latest });
  }

  /** Makes the configuration before the last one the wanted one again; false when there is none. */
  rollBack(): boolean {
    const before = this.#proven.at(-2);
    const recent = performance.now() - this.#changedAt < suspectMs;
    if (before === undefined || !recent || this.#options.state.reload) return false;
    this.#proven = this.#proven.slice(0, -1);
    this.load(this.configOf(before));
    this.#wayBack = this.#latest;
    return true;
  }

  note(phase: Extract<Output, { kind: 'reload' }>['phase'], edition: number): void {
    if (phase === 'rolled-back') this.#changedAt = -Infinity;
    if (phase !== 'done') return;
    this.#changedAt = edition === this.#wayBack ? -Infinity : performance.now();
    this.#proven = [...this.#proven.filter((one) => one !== edition), edition].slice(-5);
    for (const known of this.#configs.keys())
      if (known < edition && !this.#proven.includes(known)) this.#configs.delete(known);
  }
}
