import type { Row } from '../supervisor/stage.ts';
import { measureClock } from './clock-row.ts';
import { measureDeaths } from './death-row.ts';
import { measureDry } from './dry-row.ts';
import { measureLoad } from './load-row.ts';
import { measureUpstream } from './upstream-row.ts';

/** In the order in which they are measured, each on the show that the one before has left. */
export const rows: Record<string, Row> = {
  deaths: measureDeaths,
  upstream: measureUpstream,
  clock: measureClock,
  dry: measureDry,
  load: measureLoad,
};
