import { PropertyViolation } from './properties.ts';
import type { SimulatedProcess } from './simulated-process.ts';

interface Heard {
  epoch: number;
  /** Processes that were heard under this lease, the present one last. */
  processes: SimulatedProcess[];
}

/** Those who read what the children put out: what comes from an epoch that is over is dropped, as the workers do. */
export class Listeners {
  readonly #heard = new Map<string, Heard>();
  dropped = 0;

  hear(process: SimulatedProcess): void {
    const { duty } = process;
    if (!duty) return;
    const heard = this.#heard.get(duty.lease) ?? { epoch: 0, processes: [] };
    if (duty.epoch < heard.epoch) {
      this.dropped += 1;
      return;
    }
    if (heard.processes.at(-1) !== process) {
      if (heard.processes.includes(process))
        throw new PropertyViolation(
          'in-order',
          `${process.id} is heard again under ${duty.lease}, epoch ${duty.epoch}`,
        );
      this.#heard.set(duty.lease, { epoch: duty.epoch, processes: [...heard.processes, process].slice(-10) });
    } else heard.epoch = duty.epoch;
  }
}
