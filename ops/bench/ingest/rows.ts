import { measureCuts } from './cut-row.ts';
import { measureDecode } from './decode-row.ts';
import type { Row } from '../measure-rows.ts';
import { measureRooms } from './rooms-row.ts';
import { measureStorm } from './storm-row.ts';

/** In the order in which they are measured. */
export const rows: Record<string, Row> = {
  decode: measureDecode,
  cut: measureCuts,
  rooms: measureRooms,
  storm: measureStorm,
};
