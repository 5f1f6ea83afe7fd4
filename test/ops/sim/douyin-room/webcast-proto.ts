import protobuf from 'protobufjs';

/**
 * The field numbers of the wire format, written from recorded schemas and not from the simulator, and decoded by a
 * library that the simulator does not use.
 */
const PROTO = `
syntax = "proto3";
message PushFrame {
  uint64 seq_id = 1; uint64 log_id = 2; int32 service = 3; int32 method = 4; map<string, string> headers = 5;
  string payload_encoding = 6; string payload_type = 7; bytes payload = 8;
}
message Response {
  repeated Message messages = 1; string cursor = 2; uint64 fetch_interval = 3; uint64 now = 4;
  string internal_ext = 5; int32 fetch_type = 6; uint64 heartbeat_duration = 8; bool need_ack = 9;
  string push_server = 10; string push_server_v2 = 14;
}
message Message { string method = 1; bytes payload = 2; int64 msg_id = 3; int32 msg_type = 4; }
message Common { string method = 1; int64 msg_id = 2; int64 room_id = 3; int64 create_time = 4; Text display_text = 8; }
message Text { string key = 1; string default_pattern = 2; repeated TextPiece pieces = 4; }
message TextPiece { int32 type = 1; UserValue user_value = 21; }
message UserValue { User user = 1; }
message User {
  uint64 id = 1; string nickname = 3; int32 gender = 4; int32 level = 6; PayGrade pay_grade = 23;
  FansClub fans_club = 24; string display_id = 38; string sec_uid = 46; string id_str = 1028;
}
message PayGrade { int64 level = 6; }
message FansClub { FansData data = 1; }
message FansData { string club_name = 1; int32 level = 2; }
message ChatMessage { Common common = 1; User user = 2; string content = 3; int64 event_time = 15; int32 chat_by = 20; }
message EmojiChatMessage { Common common = 1; User user = 2; int64 emoji_id = 3; string default_content = 5; }
message GiftMessage {
  Common common = 1; int64 gift_id = 2; int64 group_count = 4; int64 repeat_count = 5; int64 combo_count = 6;
  User user = 7; int32 repeat_end = 9; int64 group_id = 11; GiftPriority priority = 14; GiftStruct gift = 15;
  int64 send_type = 17; int64 total_count = 29; int64 send_time = 33; string trace_id = 35;
}
message GiftPriority { repeated int64 queue_sizes = 1; int64 self_queue_priority = 2; }
message GiftStruct { int64 id = 5; bool combo = 10; int32 diamond_count = 12; string name = 16; }
message LikeMessage { Common common = 1; int64 count = 2; int64 total = 3; User user = 5; }
message MemberMessage {
  Common common = 1; User user = 2; int64 member_count = 3; int64 action = 10; int64 user_id = 12;
  int64 user_enter_tip_type = 20;
}
message SocialMessage {
  Common common = 1; User user = 2; int64 action = 4; string share_target = 5; int64 follow_count = 6;
  int64 share_total_count = 8;
}
message FansclubMessage { Common common = 1; int32 type = 2; string content = 3; User user = 4; }
message RoomUserSeqMessage { Common common = 1; int64 total = 3; int64 total_user = 7; string total_pv_for_anchor = 11; }
message RoomStatsMessage { Common common = 1; string display_long = 4; int64 display_value = 5; }
message ProductChangeMessage { Common common = 1; int64 update_timestamp = 2; repeated ProductInfo info = 4; int64 total = 5; }
message ProductInfo { int64 promotion_id = 1; int32 index = 2; int32 explain_type = 4; }
message LiveShoppingMessage {
  Common common = 1; int32 msg_type = 2; int64 promotion_id = 3; UpdatedProduct updated = 11; bool sold_out = 12;
}
message UpdatedProduct { string price = 1; string title = 2; }
message ControlMessage { Common common = 1; int64 action = 2; string tips = 3; ControlExtra extra = 4; }
message ControlExtra { string violation_reason = 4; }
message RoomMessage { Common common = 1; string content = 2; }
message LiveEcomMessage { Common common = 1; int32 msg_type = 2; string nick_name = 3; int64 purchase_cnt = 4; string text = 5; }
message ScreenChatMessage { Common common = 1; User user = 2; string content = 4; int64 event_time = 12; }
message PrivilegeScreenChatMessage { Common common = 1; User user = 2; string content = 3; }
message UpdateFanTicketMessage { Common common = 1; string text = 2; int64 count = 3; }
message RoomRankMessage { Common common = 1; }
message InRoomBannerMessage { Common common = 1; }
`;

const root = protobuf.parse(PROTO, { keepCase: true }).root;

/** A decoded message: 64-bit numbers as decimal strings, absent fields absent. */
export type Decoded = { readonly [field: string]: unknown };

/** Decodes a message of a type of the schema. */
export function decode(type: string, bytes: Uint8Array): Decoded {
  const found = root.lookupType(type);
  return found.toObject(found.decode(bytes), { longs: String, bytes: Buffer });
}

/** Encodes one, as a client would. */
export function encode(type: string, message: Decoded): Uint8Array {
  return root.lookupType(type).encode(message).finish();
}

/** Takes a field of a decoded message that is a message itself. */
export function part(message: Decoded, field: string): Decoded {
  const value = message[field];
  if (typeof value !== 'object' || value === null)
    throw new TypeError(`${field} is no message: ${String(value)}`);
  return { ...value };
}
