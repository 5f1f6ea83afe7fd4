import { runChild } from '../child.ts';
import { Desk } from './desk.ts';

/** Decides what is said, in all rooms. */
await runChild('reply', async (child) => {
  await using desk = await Desk.open(child);
  await child.initialised();
  // A spare that was never needed: what waits on the bus is for others.
  if (child.draining.aborted) return;
  child.started();
  await desk.run();
});
