import { parseArgs } from 'node:util';
import { exitCodes } from '../../protocol/exit-codes.ts';
import { readDuration } from '../../supervisor/options.ts';
import { runCommand } from '../run-command.ts';
import { benchDecode } from './decode.ts';
import type { BenchOptions, Report } from './report.ts';
import { describeMachine, formatReport, hasFailed } from './report.ts';
import { benchStart } from './start.ts';
import { benchSupervisor } from './supervisor.ts';
import { chooseRows, rows } from './supervisor/rows.ts';

const benches: Record<string, (options: BenchOptions) => Promise<Report>> = {
  decode: benchDecode,
  start: benchStart,
  supervisor: benchSupervisor,
};

const usage = `npm run bench [-- NAME …] [--quick] [--only ROWS] [--failing-start 40s] [--json]

  ${Object.keys(benches).join(', ')}; without a name all of them

Each answers one question and prints what it saw, also when it misses its goal; the last line is one JSON object. Exit code 1: a goal
was missed; with "supervisor" only that a promise was broken (something lost, twice, left over, ended without need or not healed).

  --quick               few repetitions ("supervisor": about three minutes instead of nine)
  --only ROWS           of "supervisor", comma-separated: ${Object.keys(rows).join(', ')}
  --failing-start TIME  how long a worker of "supervisor" fails at each start (default 40s)
  --json                only the JSON object

Ctrl-C ends "supervisor" early and clears up; what was seen until then is printed.`;

await runCommand(main);

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'boolean' },
      quick: { type: 'boolean' },
      only: { type: 'string' },
      'failing-start': { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) {
    console.log(usage);
    return exitCodes.clean;
  }
  const names = positionals.length > 0 ? positionals : Object.keys(benches);
  const unknown = names.filter((name) => !(name in benches));
  if (unknown.length > 0)
    throw new Error(
      `There is no benchmark "${unknown.join('", "')}"; there are ${Object.keys(benches).join(', ')}`,
    );
  const { only = '' } = values;
  chooseRows(only);
  const options: BenchOptions = {
    isQuick: values.quick ?? false,
    only,
    failingStartMs: readDuration(values['failing-start'] ?? (values.quick ? '10s' : '40s')),
    say: (line) => {
      if (!values.json) console.log(line);
    },
  };
  const reports: Record<string, Report> = {};
  options.say(`on ${describeMachine()}`);
  for (const name of names) {
    const report = await benches[name]?.(options);
    if (!report) continue;
    reports[name] = report;
    options.say(formatReport(name, report));
  }
  const missed = Object.values(reports).some(hasFailed);
  console.log(JSON.stringify({ machine: describeMachine(), missed, reports }));
  return missed ? exitCodes.failed : exitCodes.clean;
}
