import { measureBus } from './bus-row.ts';
import { measureDetection } from './detection-row.ts';
import { measureFailingStart } from './failing-start-row.ts';
import { measureFalseKills } from './false-kills-row.ts';
import { measureFootprint } from './footprint-row.ts';
import { measureKills } from './kill-row.ts';
import { measureMemory } from './memory-row.ts';
import { measureReload } from './reload-row.ts';
import { measureRestart } from './restart-row.ts';
import type { Row } from './stage.ts';

/** In the order in which they are measured, each on the show that the one before has left. */
export const rows: Record<string, Row> = {
  footprint: measureFootprint,
  kills: measureKills,
  detection: measureDetection,
  memory: measureMemory,
  reload: measureReload,
  'false-kills': measureFalseKills,
  bus: measureBus,
  supervisor: measureRestart,
  'failing-start': measureFailingStart,
};
