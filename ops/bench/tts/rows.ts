import type { Row } from '../measure-rows.ts';
import { measureAired } from './aired-row.ts';
import { measureFailover } from './failover-row.ts';
import { measureFaults } from './faults-row.ts';
import { measureGate } from './gate-row.ts';
import { measureLatency } from './latency-row.ts';
import { measurePool } from './pool-row.ts';

/** In the order in which they are measured. */
export const rows: Record<string, Row> = {
  gate: measureGate,
  pool: measurePool,
  failover: measureFailover,
  latency: measureLatency,
  faults: measureFaults,
  aired: measureAired,
};
