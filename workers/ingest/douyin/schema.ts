import protobuf from 'protobufjs';
import type { Wide } from './wire-cursor.ts';
import { compileDecoder } from './wire-decoder.ts';

/**
 * The fields that are read of Douyin's messages; everything else is skipped while decoding. Numbers as the page's own client and
 * recorded traffic have them. Declared as proto2, although the wire is proto3, because a nickname that is cut inside a character
 * must not cost its message: proto3 readers refuse malformed UTF-8.
 *
 * Where -1 has been seen the type is signed. `Response.messages` are bytes, so that a damaged message costs only itself.
 */
const text = `syntax = "proto2";
message PushFrame {
  optional uint64 log_id = 2;
  repeated Header headers = 5;
  optional string payload_type = 7;
  optional bytes payload = 8;
}
message Header { optional string key = 1; optional string value = 2; }
message Response {
  repeated bytes messages = 1;
  optional string cursor = 2;
  optional uint64 fetch_interval = 3;
  optional string internal_ext = 5;
  optional uint64 heartbeat_duration = 8;
  optional bool need_ack = 9;
  optional string push_server = 10;
  optional string proxy_server = 13;
  optional string push_server_v2 = 14;
}
message Message { optional string method = 1; optional bytes payload = 2; optional uint64 msg_id = 3; }

message Common { optional uint64 msg_id = 2; optional int64 create_time = 4; }
message User {
  optional uint64 id = 1;
  optional string nickname = 3;
  optional int32 level = 6;
  optional PayGrade pay_grade = 23;
  optional FansClub fans_club = 24;
  optional string sec_uid = 46;
  optional string desensitized_nickname = 68;
  optional string id_str = 1028;
}
message PayGrade { optional int64 level = 6; }
message FansClub { optional FansClubData data = 1; }
message FansClubData { optional int32 level = 2; }

message Chat {
  optional Common common = 1;
  optional User user = 2;
  optional string content = 3;
  optional PublicArea public_area = 9;
  optional int64 event_time = 15;
  optional int64 chat_by = 20;
}
message PublicArea { optional bool is_ai_msg = 21; }
message ScreenChat { optional Common common = 1; optional User user = 2; optional string content = 4; optional int64 event_time = 12; }
message PrivilegeScreenChat { optional Common common = 1; optional User user = 2; optional string content = 3; }
message EmojiChat { optional Common common = 1; optional User user = 2; optional string default_content = 5; }
message Gift {
  optional Common common = 1;
  optional uint64 gift_id = 2;
  optional int64 group_count = 4;
  optional int64 repeat_count = 5;
  optional int64 combo_count = 6;
  optional User user = 7;
  optional int32 repeat_end = 9;
  optional uint64 group_id = 11;
  optional GiftStruct gift = 15;
  optional int64 send_time = 33;
}
message GiftStruct { optional uint64 id = 5; optional int64 diamond_count = 12; optional string name = 16; }
message Like { optional Common common = 1; optional int64 count = 2; optional int64 total = 3; optional User user = 5; }
message Member {
  optional Common common = 1;
  optional User user = 2;
  optional int64 member_count = 3;
  optional bool is_set_to_admin = 5;
  optional int64 action = 10;
}
message Social {
  optional Common common = 1;
  optional User user = 2;
  optional int64 action = 4;
  optional string share_target = 5;
  optional int64 follow_count = 6;
}
message Fansclub { optional Common common = 1; optional int32 action = 2; optional User user = 4; }
message RoomUserSeq {
  optional Common common = 1;
  optional int64 total = 3;
  optional int64 total_user = 7;
  optional string total_user_str = 8;
}
message RoomStats {
  optional Common common = 1;
  optional string display_long = 4;
  optional int64 display_value = 5;
  optional bool is_hidden = 8;
  optional int64 total = 9;
}
message RoomNote { optional Common common = 1; optional string content = 2; optional string biz_scene = 20; }
message RoomRank { optional Common common = 1; repeated RankEntry ranks = 2; }
message RankEntry { optional User user = 1; optional string score = 2; optional bool hidden = 3; }
message FanTicket { optional Common common = 1; optional int64 count = 3; }
message Control { optional Common common = 1; optional int64 action = 2; optional string tips = 3; optional ControlExtra extra = 4; }
message ControlExtra { optional string title = 3; optional string violation_reason = 4; optional string content = 5; }
message ProductChange {
  optional Common common = 1;
  optional string update_toast = 3;
  repeated ProductInfo products = 4;
  repeated ProductCategory categories = 8;
}
message ProductCategory { optional string name = 2; optional int32 index = 5; }
message ProductInfo { optional uint64 promotion_id = 1; optional int32 index = 2; optional int64 explain_type = 4; }
message LiveShopping {
  optional Common common = 1;
  optional int32 msg_type = 2;
  optional uint64 promotion_id = 3;
  repeated uint64 product_ids = 9;
  optional ShoppingProduct product = 11;
  optional bool sold_out = 12;
  optional string toast = 31;
}
message ShoppingProduct { optional string price = 1; optional string title = 2; }
message LiveEcom {
  optional Common common = 1;
  optional int32 msg_type = 2;
  optional string nick_name = 3;
  optional int64 purchase_cnt = 4;
  optional string text = 5;
}
message LiveEcomGeneral { optional Common common = 1; optional bytes data = 6; }
`;

const { root } = protobuf.parse(text, { keepCase: false });

export type Long = Wide;

interface WireHeader {
  key: string;
  value: string;
}
export interface WireFrame {
  logId: Long;
  headers: WireHeader[];
  payloadType: string;
  payload: Uint8Array;
}
export interface WireResponse {
  messages: Uint8Array[];
  cursor: string;
  fetchInterval: Long;
  internalExt: string;
  heartbeatDuration: Long;
  needAck: boolean;
  pushServer: string;
  proxyServer: string;
  pushServerV2: string;
}
export interface WireMessage {
  method: string;
  payload: Uint8Array;
  msgId: Long;
}
export interface WireCommon {
  msgId: Long;
  createTime: Long;
}
export interface WireUser {
  id: Long;
  nickname: string;
  level: number;
  payGrade: { level: Long } | null;
  fansClub: { data: { level: number } | null } | null;
  secUid: string;
  desensitizedNickname: string;
  idStr: string;
}
interface WithCommon {
  common: WireCommon | null;
}
interface WithUser extends WithCommon {
  user: WireUser | null;
}
export interface WireBodies {
  Chat: WithUser & {
    content: string;
    publicArea: { isAiMsg: boolean } | null;
    eventTime: Long;
    chatBy: Long;
  };
  ScreenChat: WithUser & { content: string; eventTime: Long };
  PrivilegeScreenChat: WithUser & { content: string };
  EmojiChat: WithUser & { defaultContent: string };
  Gift: WithUser & {
    giftId: Long;
    groupCount: Long;
    repeatCount: Long;
    comboCount: Long;
    repeatEnd: number;
    groupId: Long;
    gift: { id: Long; diamondCount: Long; name: string } | null;
    sendTime: Long;
  };
  Like: WithUser & { count: Long; total: Long };
  Member: WithUser & { memberCount: Long; isSetToAdmin: boolean; action: Long };
  Social: WithUser & { action: Long; shareTarget: string; followCount: Long };
  Fansclub: WithUser & { action: number };
  RoomUserSeq: WithCommon & { total: Long; totalUser: Long; totalUserStr: string };
  RoomStats: WithCommon & { displayLong: string; displayValue: Long; isHidden: boolean; total: Long };
  RoomNote: WithCommon & { content: string; bizScene: string };
  RoomRank: WithCommon & { ranks: { user: WireUser | null; score: string; hidden: boolean }[] };
  FanTicket: WithCommon & { count: Long };
  Control: WithCommon & {
    action: Long;
    tips: string;
    extra: { title: string; violationReason: string; content: string } | null;
  };
  ProductChange: WithCommon & {
    updateToast: string;
    products: { promotionId: Long; index: number; explainType: Long }[];
    categories: { name: string; index: number }[];
  };
  LiveShopping: WithCommon & {
    msgType: number;
    promotionId: Long;
    productIds: Long[];
    product: { price: string; title: string } | null;
    soldOut: boolean;
    toast: string;
  };
  LiveEcom: WithCommon & { msgType: number; nickName: string; purchaseCnt: Long; text: string };
  LiveEcomGeneral: WithCommon & { data: Uint8Array };
}

/** A decoder of one type: fields that are absent have their default, absent messages are null. Throws on damaged bytes, and RangeError for more than `maxFields`. */
function decoder<Wire>(name: string): (bytes: Uint8Array, maxFields?: number) => Wire {
  return compileDecoder<Wire>(root.lookupType(name));
}

export const decodePushFrame = decoder<WireFrame>('PushFrame');
export const decodeResponse = decoder<WireResponse>('Response');
export const decodeMessage = decoder<WireMessage>('Message');
export const decodeBody = <Name extends keyof WireBodies>(name: Name) => decoder<WireBodies[Name]>(name);

/** Bytes of any of the types above, as the other side would send them; for dry runs. */
export function encodeSample(name: string, fields: Record<string, unknown>): Uint8Array {
  const type = root.lookupType(name);
  return type.encode(type.fromObject(fields)).finish();
}

const PushFrame = root.lookupType('PushFrame');

/** Bytes of a frame that this side sends. */
export function encodePushFrame(frame: {
  logId?: Long;
  payloadType: string;
  payload?: Uint8Array;
}): Uint8Array {
  return PushFrame.encode(frame).finish();
}
