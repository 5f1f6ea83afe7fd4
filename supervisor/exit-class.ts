import { exitCodes } from '../protocol/exit-codes.ts';

/**
 * What the end of a process means. `refused`: its configuration is wrong, and no restart will change that. `gave-up`: it will never
 * work here. `killed`: by somebody's SIGKILL, which may have been the kernel's, for want of memory.
 */
export type ExitClass = 'clean' | 'refused' | 'gave-up' | 'killed' | 'failed';

export function exitClass(code: number | null, signal: NodeJS.Signals | null): ExitClass {
  if (signal === 'SIGKILL') return 'killed';
  if (code === exitCodes.clean) return 'clean';
  if (code === exitCodes.badConfiguration) return 'refused';
  return code === exitCodes.gaveUp ? 'gave-up' : 'failed';
}

/** `kills`: by the kernel, of what had more memory than it may have. That is a failure of its own, unlike somebody's SIGKILL. */
export function withKernelsPart(
  { reason, exit }: { reason: string; exit: ExitClass },
  kills: number,
): { reason: string; exit: ExitClass } {
  if (kills === 0) return { reason, exit };
  return {
    reason: `${reason} by the kernel, for want of memory`,
    exit: exit === 'killed' ? 'failed' : exit,
  };
}
