import type { OutputKind } from '../../../protocol/config.ts';
import type { Found } from './find-output.ts';
import type { SinkSpec } from './sink-process.ts';

/** An output of the configured order. */
export interface Choice {
  index: number;
  spec: SinkSpec;
}

export interface FindOptions {
  outputs: OutputKind[];
  /** Places in the order: from here, to before there. */
  from: number;
  to: number;
  find: (kind: OutputKind) => Promise<Found>;
  /** One does not work, and why; `then` says what happens now. */
  onFailure: (kind: OutputKind, reason: string, then: string) => void;
}

/** The first output that works, tried one after the other. */
export async function findFirst(options: FindOptions): Promise<Choice | undefined> {
  const { outputs, from, to, find, onFailure } = options;
  for (const [index, kind] of outputs.entries()) {
    if (index < from || index >= to) continue;
    const found = await find(kind);
    if (found.works) return { index, spec: found.spec };
    onFailure(kind, found.reason, whatNext(outputs[index + 1]));
  }
  return undefined;
}

export function whatNext(next: OutputKind | undefined): string {
  return next ? `trying "${next}"` : 'and no other is left';
}
