import type { WirePosition } from './push-frame.ts';

/** What a position tells: the last message it covers (0 = none yet) and whom it belongs to. Times in ms. */
export type PositionFacts = {
  readonly roomId: string;
  readonly userUniqueId: string;
  readonly lastMsgId: bigint;
  readonly firstAt: number;
  readonly now: number;
  readonly seq: number;
};

/** Writes cursor and internal_ext in the forms seen in 2024–26. */
export function writePosition(facts: PositionFacts): WirePosition {
  const { roomId, userUniqueId, lastMsgId, firstAt, now, seq } = facts;
  return {
    cursor: `t-${now}_r-${lastMsgId}_d-1_u-1_h-${roomId}`,
    internalExt:
      `internal_src:dim|wss_push_room_id:${roomId}|wss_push_did:${userUniqueId}|first_req_ms:${firstAt}` +
      `|fetch_time:${now}|seq:${seq}|wss_info:0-${now}-0-0|wrds_v:${lastMsgId}`,
  };
}

/** Finds the last message a cursor of ours covers; undefined for any other text. */
export function readCursor(cursor: string): bigint | undefined {
  const found = /^t-\d+_r-(\d{1,19})_d-1_u-1_h-\d+$/.exec(cursor)?.[1];
  return found === undefined ? undefined : BigInt(found);
}
