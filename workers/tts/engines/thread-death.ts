/**
 * Whether a task failed because its thread ended under it, at the limit of its memory or otherwise: nothing is said of the task. One that was
 * ended because it was given up throws the reason of that instead.
 */
export function isThreadDeath(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const isMemory = 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
  return isMemory || error.message.startsWith('worker exited with code: ');
}
