import { gzipSync } from 'node:zlib';
import protobuf from 'protobufjs';

/** What Douyin sends, written from the published field numbers; broader than what ingest reads, to prove that the rest is skipped. */
const text = `syntax = "proto3";
message PushFrame {
  uint64 seq_id = 1; uint64 log_id = 2; int32 service = 3; int32 method = 4; repeated Header headers = 5;
  string payload_encoding = 6; string payload_type = 7; bytes payload = 8; string lod_id_new = 9;
}
message Header { string key = 1; string value = 2; }
message Response {
  repeated Message messages = 1; string cursor = 2; uint64 fetch_interval = 3; uint64 now = 4; string internal_ext = 5;
  int32 fetch_type = 6; map<string, string> route_params = 7; uint64 heartbeat_duration = 8; bool need_ack = 9;
}
message RawResponse { repeated bytes messages = 1; string internal_ext = 5; bool need_ack = 9; }
message Message { string method = 1; bytes payload = 2; uint64 msg_id = 3; int32 msg_type = 4; uint64 offset = 5; }
message Common {
  string method = 1; uint64 msg_id = 2; uint64 room_id = 3; uint64 create_time = 4; string describe = 7; int64 app_id = 24;
}
message User {
  uint64 id = 1; uint64 short_id = 2; string nickname = 3; int32 gender = 4; int32 level = 6; FollowInfo follow_info = 22;
  PayGrade pay_grade = 23; FansClub fans_club = 24; string display_id = 38; string sec_uid = 46;
  string desensitized_nickname = 68; string id_str = 1028;
}
message FollowInfo { uint64 following = 1; uint64 follower = 2; uint64 follow_status = 3; }
message PayGrade { int64 total_diamond = 1; string name = 3; int64 level = 6; }
message FansClub { FansClubData data = 1; }
message FansClubData { string club_name = 1; int32 level = 2; }
message Chat {
  Common common = 1; User user = 2; string content = 3; bool visible_to_sender = 4; PublicAreaCommon public_area_common = 9;
  int64 event_time = 15; int64 chat_by = 20;
}
message PublicAreaCommon { int64 user_consume_in_room = 2; bool is_featured = 12; bool is_ai_msg = 21; }
message ScreenChat { Common common = 1; User user = 2; int32 screen_chat_type = 3; string content = 4; int64 event_time = 12; }
message PrivilegeScreenChat { Common common = 1; User user = 2; string content = 3; }
message Room { Common common = 1; string content = 2; int32 type = 4; bool system_top_msg = 5; string biz_scene = 20; }
message RoomRank { Common common = 1; repeated Rank ranks = 2; }
message Rank { User user = 1; string score_str = 2; bool profile_hidden = 3; }
message UpdateFanTicket { Common common = 1; string text = 2; int64 count = 3; }
message LiveEcomGeneral { Common common = 1; bytes data = 6; }
message EmojiChat { Common common = 1; User user = 2; int64 emoji_id = 3; string default_content = 5; }
message Gift {
  Common common = 1; uint64 gift_id = 2; uint64 fan_ticket_count = 3; uint64 group_count = 4; uint64 repeat_count = 5;
  uint64 combo_count = 6; User user = 7; User to_user = 8; int32 repeat_end = 9; uint64 group_id = 11; GiftPriority priority = 14;
  GiftStruct gift = 15; string log_id = 16; uint64 send_type = 17; uint64 total_count = 29; uint64 send_time = 33;
}
message GiftPriority { repeated int64 queue_sizes = 1; int64 self_queue = 2; }
message GiftStruct { string describe = 2; uint64 id = 5; bool combo = 10; int32 type = 11; int32 diamond_count = 12; string name = 16; }
message Like { Common common = 1; uint64 count = 2; uint64 total = 3; uint64 color = 4; User user = 5; }
message Member {
  Common common = 1; User user = 2; uint64 member_count = 3; User operator = 4; bool is_set_to_admin = 5; int64 action = 10;
}
message Social {
  Common common = 1; User user = 2; int64 share_type = 3; int64 action = 4; string share_target = 5; int64 follow_count = 6;
}
message Fansclub { Common common = 1; int32 type = 2; string content = 3; User user = 4; }
message RoomUserSeq {
  Common common = 1; int64 total = 3; string pop_str = 4; int64 popularity = 6; int64 total_user = 7; string total_user_str = 8;
}
message RoomStats { Common common = 1; string display_short = 2; string display_long = 4; int64 display_value = 5; bool is_hidden = 8; int64 total = 9; }
message Control { Common common = 1; int64 action = 2; string tips = 3; ControlExtra extra = 4; }
message ControlExtra { string ban_info_url = 1; int64 reason_no = 2; string title = 3; string violation_reason = 4; }
message ProductChange {
  Common common = 1; int64 update_timestamp = 2; string update_toast = 3; repeated ProductInfo update_product_info = 4; int64 total = 5;
  repeated Category categories = 8;
}
message Category { int64 id = 1; string name = 2; repeated int64 promotion_ids = 3; int32 type = 4; int32 unique_index = 5; }
message ProductInfo { uint64 promotion_id = 1; int32 index = 2; int64 explain_type = 4; }
message LiveShopping {
  Common common = 1; int32 msg_type = 2; uint64 promotion_id = 3; uint64 target_uid = 4; repeated int64 updated_product_ids = 9; ShoppingProduct updated_product_info = 11;
  bool sold_out = 12; string update_toast = 31;
}
message ShoppingProduct { string price = 1; string title = 2; string cover = 3; int64 status = 4; }
message RanklistHourEntrance { Common common = 1; }
message LiveEcom { Common common = 1; int32 msg_type = 2; string nick_name = 3; int64 purchase_cnt = 4; string text = 5; }
`;

const { root } = protobuf.parse(text, { keepCase: false });

export type Fields = Record<string, unknown>;

/** Bytes of one of the messages above; 64-bit numbers as decimal strings. */
export function encodeWire(type: string, fields: Fields): Buffer {
  const found = root.lookupType(type);
  return Buffer.from(found.encode(found.fromObject(fields)).finish());
}

export function decodeWire(type: string, bytes: Uint8Array): Fields {
  const found = root.lookupType(type);
  return found.toObject(found.decode(bytes), { longs: String, defaults: true });
}

export interface WireMessage {
  method: string;
  payload: Buffer;
  msgId?: string;
}

/** A message by its type's short name: `Chat` is sent as `WebcastChatMessage`. */
export const message = (type: string, fields: Fields, msgId?: string): WireMessage => ({
  method: `Webcast${type}Message`,
  payload: encodeWire(type, fields),
  ...(msgId === undefined ? {} : { msgId }),
});

export const chat = (msgId: string, content: string, nickname = '小明'): WireMessage =>
  message('Chat', { user: { id: '7301', nickname }, content }, msgId);

export interface FrameOptions {
  logId?: string;
  needAck?: boolean;
  internalExt?: string;
  cursor?: string;
  gzip?: boolean;
  headers?: { key: string; value: string }[];
}

/** A push frame as the room sends it. */
export function messageFrame(messages: WireMessage[], options: FrameOptions = {}): Buffer {
  const {
    logId = '1',
    needAck = true,
    internalExt = `ext-${logId}`,
    cursor = `cursor-${logId}`,
    gzip = true,
  } = options;
  const response = encodeWire('Response', { messages, needAck, internalExt, cursor, now: '1700000000000' });
  return payloadFrame(gzip ? gzipSync(response) : response, { logId, gzip, headers: options.headers ?? [] });
}

/** A push frame around any payload. */
export function payloadFrame(
  payload: Uint8Array,
  { logId = '1', gzip = true, headers = [] as { key: string; value: string }[] } = {},
): Buffer {
  return encodeWire('PushFrame', {
    seqId: '1',
    logId,
    headers: [...(gzip ? [{ key: 'compress_type', value: 'gzip' }] : []), ...headers],
    payloadEncoding: 'pb',
    payloadType: 'msg',
    payload,
  });
}
