import { runChild } from '../child.ts';
import { Desk } from './desk.ts';

await runChild('reply', async (child) => {
  const desk = await Desk.open(child);
  await child.initialised();
  child.started();
  await desk.run();
});
