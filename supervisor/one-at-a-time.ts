/**
 * A call that never runs twice at once: asked for while it runs, however often, it runs once more afterwards. So what is read last also
 * takes effect last. The task must not throw.
 */
export function oneAtATime(task: () => Promise<void>): () => void {
  let running = false;
  let again = false;
  const run = async (): Promise<void> => {
    running = true;
    do {
      again = false;
      await task();
    } while (again);
    running = false;
  };
  return () => {
    again = true;
    if (!running) void run();
  };
}
