import type { ConfigurationProblem } from '../protocol/configuration-error.ts';

/** A line for each problem, under one that says where. */
export function describeProblems(
  where: string,
  problems: (ConfigurationProblem & { line?: number })[],
): string[] {
  const count = problems.length === 1 ? 'one mistake' : `${problems.length} mistakes`;
  return [
    `Cannot start: ${count} in ${where}`,
    ...problems.map(
      ({ path, message, line = 0 }) => `  ${path}${line > 0 ? ` (line ${line})` : ''}: ${message}`,
    ),
  ];
}
