import type { SimulatedModelFault } from '../../../protocol/simulated-model-faults.ts';

export type ModelSettings = {
  /** 0: a free one. */
  readonly port: number;
  /** Decides which request gets which fault. */
  readonly seed: number;
  /** Asked for as a bearer token; '': anybody may. */
  readonly apiKey: string;
  readonly firstTokenMs: number;
  /** Between two tokens. */
  readonly tokenMs: number;
  /** What it says; '': what it makes of the facts that it was given. */
  readonly answer: string;
  readonly retryAfterSeconds: number;
  /** For every request; `ok`: none. */
  readonly always: SimulatedModelFault;
  /** Share of the requests, drawn from the seed. */
  readonly faults: Partial<Readonly<Record<SimulatedModelFault, number>>>;
  /** File of JSON lines, one for each request that is over; '' for none. */
  readonly logFile: string;
  /** Records kept in memory. */
  readonly logLimit: number;
};

export const defaultModelSettings: ModelSettings = {
  port: 0,
  seed: 1,
  apiKey: '',
  firstTokenMs: 5,
  tokenMs: 1,
  answer: '',
  retryAfterSeconds: 1,
  always: 'ok',
  faults: {},
  logFile: '',
  logLimit: 10_000,
};
