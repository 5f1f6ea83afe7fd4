import { parseArgs } from 'node:util';
import { exitCodes } from '../protocol/exit-codes.ts';
import type { SupervisorState } from '../protocol/ipc.ts';
import { homeFolder, runningState } from './operator.ts';
import { runCommand } from './run-command.ts';

const usage = `npm run status [-- --json] [--home DIR]

Shows the supervisor and each child: state, generation, restarts, why the last one ended, CPU, memory. Exit code 1 when none runs.`;

await runCommand(main);

function main(): number {
  const { values } = parseArgs({
    options: { json: { type: 'boolean' }, home: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) {
    console.log(usage);
    return exitCodes.clean;
  }
  const found = runningState(homeFolder(values.home));
  if (!found.running) {
    if (values.json) console.log(JSON.stringify({ running: false, why: found.why }));
    else console.log(found.why);
    return exitCodes.failed;
  }
  console.log(
    values.json ? JSON.stringify({ running: true, ...found.state }) : formatState(found.state, Date.now()),
  );
  return exitCodes.clean;
}

function formatState(state: SupervisorState, now: number): string {
  const minutes = Math.floor((now - Date.parse(state.startedAt)) / 60_000);
  const head = ['child', 'state', 'pid', 'gen', 'restarts', 'cpu %', 'MB', 'last ended because'];
  const body = state.children.map((child) => [
    child.id + (child.spare ? ' (spare)' : ''),
    child.state,
    String(child.pid || '-'),
    String(child.generation),
    String(child.restarts),
    child.cpuPct.toFixed(1),
    child.rssMb.toFixed(0),
    child.lastReason || '-',
  ]);
  const widths = head.map((_, column) =>
    Math.max(...[head, ...body].map((row) => (row[column] ?? '').length)),
  );
  const table = [head, ...body].map((row) =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '),
  );
  return [
    `${state.state}, supervisor pid ${state.pid}, up ${minutes} min; bus ${state.nats.url} (pid ${state.nats.pid}, restarts ${state.nats.restarts})`,
    '',
    ...table.map((line) => line.trimEnd()),
  ].join('\n');
}
