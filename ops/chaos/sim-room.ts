import { z } from 'zod';

const sentSchema = z.object({
  next: z.number(),
  sent: z.array(
    z.object({
      n: z.number(),
      at: z.number(),
      via: z.enum(['socket', 'fetch', 'nobody']),
      connection: z.number(),
      msgId: z.string(),
      kind: z.string(),
      acked: z.boolean(),
    }),
  ),
});

/** A message of a simulated room, and whether the client has confirmed it. */
export type SentMessage = z.infer<typeof sentSchema>['sent'][number];

const stateSchema = z.object({
  sent: z.number(),
  connections: z.array(z.object({ id: z.number(), closedFor: z.string().nullable() })),
});

const causedSchema = z.object({ connections: z.number() });

const timeoutMs = 10_000;

/** What the simulated room at an address is asked and told, over its own HTTP. Every call throws when the room does not answer. */
export class SimRoom {
  readonly #address: () => string;
  readonly #signal: AbortSignal;

  /** `address`: host and port, read anew for each call. */
  constructor({ address, signal }: { address: () => string; signal: AbortSignal }) {
    this.#address = address;
    this.#signal = signal;
  }

  /** Records after the `since`-th of this life of the room. */
  async sent(since = 0): Promise<SentMessage[]> {
    return sentSchema.parse(await this.#ask(`sent?since=${since}`)).sent;
  }

  /** How many records there are, and whether a client listens. */
  async state(): Promise<{ sent: number; connected: boolean }> {
    const { sent, connections } = stateSchema.parse(await this.#ask('state'));
    return { sent, connected: connections.some(({ closedFor }) => closedFor === null) };
  }

  /** How many clients listen now, and how many there have been. */
  async connections(): Promise<{ open: number; all: number }> {
    const { connections } = stateSchema.parse(await this.#ask('state'));
    return {
      open: connections.filter(({ closedFor }) => closedFor === null).length,
      all: connections.length,
    };
  }

  /** Causes a fault; answers on how many connections. */
  async fault(fault: object): Promise<number> {
    return causedSchema.parse(await this.#ask('fault', fault)).connections;
  }

  /** Nothing that needs an answer happens any more; who is connected stays so. */
  async fallSilent(): Promise<void> {
    await this.#ask('state', { state: 'ended' });
  }

  async #ask(path: string, body?: object): Promise<unknown> {
    const response = await fetch(`http://${this.#address()}/sim/${path}`, {
      signal: AbortSignal.any([this.#signal, AbortSignal.timeout(timeoutMs)]),
      ...(body === undefined
        ? {}
        : {
            method: 'POST',
            body: JSON.stringify(body),
            headers: { 'content-type': 'application/json' },
          }),
    });
    const answer: unknown = await response.json();
    if (!response.ok) throw new Error(`The simulated room refuses ${path}: ${JSON.stringify(answer)}`);
    return answer;
  }
}
