import { parseArgs } from 'node:util';
import { exitCodes } from '../../protocol/exit-codes.ts';
import { benchDecode } from './decode.ts';
import type { Report } from './report.ts';
import { describeMachine, formatReport } from './report.ts';
import { benchStart } from './start.ts';
import { runCommand } from '../run-command.ts';

const benches: Record<string, () => Promise<Report>> = { decode: benchDecode, start: benchStart };

const usage = `npm run bench [-- NAME …] [--json]

  ${Object.keys(benches).join(', ')}; without a name all of them

Each answers one question and prints what it saw, also when it misses its goal; the last line is one JSON object. Exit code 1: a goal was missed.`;

await runCommand(main);

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
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
  const reports: Record<string, Report> = {};
  if (!values.json) console.log(`on ${describeMachine()}`);
  for (const name of names) {
    const report = await benches[name]?.();
    if (!report) continue;
    reports[name] = report;
    if (!values.json) console.log(formatReport(name, report));
  }
  const missed = Object.values(reports).some(({ figures }) =>
    figures.some(({ value, goal }) => goal !== undefined && value > goal),
  );
  console.log(JSON.stringify({ machine: describeMachine(), missed, reports }));
  return missed ? exitCodes.failed : exitCodes.clean;
}
