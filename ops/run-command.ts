import { exitCodes } from '../protocol/exit-codes.ts';
import { describeFailure, toFailure } from '../protocol/failure.ts';

/** Runs a command to its exit code; what it throws is said in one sentence, without a stack. */
export async function runCommand(main: () => Promise<number> | number): Promise<void> {
  try {
    process.exitCode = await main();
  } catch (error) {
    console.error(describeFailure(toFailure(error)));
    process.exitCode = exitCodes.failed;
  }
}
