import type { ChildState } from '../../protocol/ipc.ts';
import type { Show } from '../support/show.ts';

/** The services that have a spare; simulators have none. */
export const doubled = ['audio:demo', 'tts', 'reply', 'ingest'];

/** The child of a service that works now. */
export function activeOf(show: Show, service: string): ChildState {
  const active = show.state.children.find((child) => child.service === service && child.lease !== '');
  if (!active) throw new Error(`Nobody works for "${service}"`);
  return active;
}

/** The child of a service that stands by. */
export function spareOf(show: Show, service: string): ChildState {
  const spare = show.state.children.find((child) => child.service === service && child.lease === '');
  if (!spare) throw new Error(`Nobody stands by for "${service}"`);
  return spare;
}

/** All services work and have their spares. */
export async function untilWell(show: Show): Promise<void> {
  await show.until('all to be well', () => {
    const { services } = show.state;
    return (
      services.length > doubled.length &&
      services.every(
        ({ id, condition, spares }) => condition === 'well' && (spares > 0 || !doubled.includes(id)),
      )
    );
  });
}

/** What tells one process of a child from another, by child; `except` leaves out the children of a service. */
export function processesOf(show: Show, except = ''): Map<string, string> {
  return new Map(
    show.state.children
      .filter(({ service }) => service !== except)
      .map(({ id, pid, generation, epoch }) => [id, `pid ${pid}, generation ${generation}, epoch ${epoch}`]),
  );
}
