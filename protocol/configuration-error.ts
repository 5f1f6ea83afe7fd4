/** What is wrong with one option: `path` as `rooms[0].source.cookieFile`. */
export interface ConfigurationProblem {
  path: string;
  message: string;
}

/** The configuration asks for something that cannot be had here: a file, a program, a voice. A process that meets it ends with code 78. */
export class ConfigurationError extends Error {
  override name = 'ConfigurationError';
  readonly code = 'configuration';
  readonly problems: ConfigurationProblem[];

  constructor(problems: ConfigurationProblem[]) {
    super(problems.map(({ path, message }) => `${path}: ${message}`).join('; '));
    this.problems = problems;
  }
}
