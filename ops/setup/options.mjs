/** What `--help` prints. */
export const usage = `Usage: node ops/setup.mjs [--dev] [--force] [--again] [--lenient]
                            [--offline] [--json]

Prepares this folder: system packages for the native sound output (as root), node_modules,
Node 26, nats-server. Does nothing when all of it is there already.

  --dev     also what the tests need
  --force   do every step again, also those that failed before
  --again   look at every step again, also when nothing seems to have changed
  --lenient exit code 0 although something required is missing, if our scripts can run
            (for commands that only look); what is missing is said all the same
  --offline install nothing from the network, only say what is missing
  --json    print what is installed, as JSON on stdout
  --help    print this

Environment: NATS_SERVER_BIN names the nats-server to use instead of a found or fetched one.
`;

/**
 * @typedef {object} Options
 * @property {boolean} dev
 * @property {boolean} force
 * @property {boolean} again
 * @property {boolean} lenient
 * @property {boolean} offline
 * @property {boolean} json
 * @property {boolean} help
 * @property {string | null} problem why the arguments can't be used
 */

/**
 * Reads the command line; an unknown argument is a problem, not ignored.
 * @param {string[]} args
 * @returns {Options}
 */
export function readOptions(args) {
  /** @type {Options} */
  const options = {
    dev: false,
    force: false,
    again: false,
    lenient: false,
    offline: false,
    json: false,
    help: false,
    problem: null,
  };
  for (const arg of args) {
    if (arg === '--dev') options.dev = true;
    else if (arg === '--force') options.force = true;
    else if (arg === '--again') options.again = true;
    else if (arg === '--lenient') options.lenient = true;
    else if (arg === '--offline') options.offline = true;
    else if (arg === '--json') options.json = true;
    else if (arg === '--help' || arg === '-h') options.help = true;
    else options.problem ??= `unknown argument "${arg}"`;
  }
  return options;
}
