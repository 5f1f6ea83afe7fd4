import type { OutputKind } from '../../../protocol/config.ts';
import type { Found } from './find-output.ts';
import { SideOutput } from './side-output.ts';
import type { SinkProcess, SinkSpec } from './sink-process.ts';

export interface SideOutputsOptions {
  kinds: Iterable<OutputKind>;
  /** What an output is, where that need not be found out. */
  specOf: (kind: OutputKind) => SinkSpec | undefined;
  find: (kind: OutputKind, signal: AbortSignal) => Promise<Found>;
  spawn: (spec: SinkSpec) => SinkProcess;
  onLost: (spec: SinkSpec, reason: string) => void;
  warn: (text: string) => void;
}

/** What is heard beside the chosen output, all of it at once; none of it can disturb that one, or another. */
export class SideOutputs implements AsyncDisposable {
  readonly #all: SideOutput[];

  constructor({ kinds, specOf, find, ...others }: SideOutputsOptions) {
    this.#all = [...new Set(kinds)].map(
      (kind) =>
        new SideOutput({
          kind,
          spec: specOf(kind),
          find: async (signal) => await find(kind, signal),
          ...others,
        }),
    );
  }

  /** Loads those that will be needed beside this one. */
  prepare(chosen: OutputKind | undefined): void {
    for (const output of this.#all) output.prepare(output.kind !== chosen);
  }

  async ready(): Promise<void> {
    await Promise.all(this.#all.map(async (output) => await output.ready()));
  }

  /** Starts all but the one that is about to be the chosen output, and ends that; undefined: there is nothing to wait for. */
  start(chosen: OutputKind | undefined): Promise<void> | undefined {
    for (const output of this.#all) if (output.kind !== chosen) output.start();
    return this.#all.find(({ kind }) => kind === chosen)?.stop();
  }

  write(frame: Buffer, now: number): void {
    for (const { sink } of this.#all) sink?.write(frame, now);
  }

  skip(samples: number): void {
    for (const { sink } of this.#all) sink?.skip(samples);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#all.map(async (output) => await output[Symbol.asyncDispose]()));
  }
}
