import { inspect } from 'node:util';

/** How bad: `fatal` ends the process, `recoverable` is retried or worked around, `warning` is only said. */
export type FailureClass = 'fatal' | 'recoverable' | 'warning';

/** An error as plain data. Errors themselves do not survive IPC: a custom one loses its code or its message. */
export interface Failure {
  class: FailureClass;
  code: string;
  message: string;
  stack: string;
  /** Messages of the causes, nearest first. */
  causes: string[];
  context: Record<string, string | number | boolean>;
  at: number;
}

const maxCauses = 8;

export interface FailureOptions {
  class?: FailureClass;
  context?: Failure['context'];
  now?: number;
}

/** The record of anything that was thrown. */
export function toFailure(thrown: unknown, options: FailureOptions = {}): Failure {
  const error = thrown instanceof Error ? thrown : new Error(inspect(thrown));
  const causes: string[] = [];
  let cause = error.cause;
  while (cause !== undefined && causes.length < maxCauses) {
    causes.push(cause instanceof Error ? cause.message : inspect(cause));
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return {
    class: options.class ?? 'recoverable',
    code: readCode(error),
    message: error.message,
    stack: error.stack ?? '',
    causes,
    context: options.context ?? {},
    at: options.now ?? Date.now(),
  };
}

/** One line for people: message, then what caused it. */
export function describeFailure(failure: Pick<Failure, 'message' | 'causes'>): string {
  return [failure.message, ...failure.causes].join(': ');
}

function readCode(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
