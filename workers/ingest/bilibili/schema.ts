import protobuf from 'protobufjs';

/**
 * The fields that are read of what Bilibili sends as protobuf in `data.pb`, base64. Declared as proto2, because a name that is cut inside
 * a character must not cost its message: proto3 readers refuse malformed UTF-8.
 */
const text = `syntax = "proto2";
message InteractWord { optional uint64 uid = 1; optional string uname = 2; optional uint64 msg_type = 5; optional uint64 timestamp = 7; optional Medal fans_medal = 9; }
message Medal { optional uint64 medal_level = 2; }
message SendGift { optional uint64 uid = 1; optional string uname = 2; repeated Gift gift_list = 10; }
message Gift {
  optional uint64 gift_id = 1;
  optional string gift_name = 2;
  optional uint64 num = 3;
  optional uint64 price = 5;
  optional uint64 total_coin = 7;
  optional string coin_type = 8;
  optional string tid = 9;
  optional uint64 timestamp = 10;
  optional string rnd = 12;
}
`;

const { root } = protobuf.parse(text, { keepCase: true });
const maxBytes = 256 * 1024;

/** The fields as JSON has them, 64-bit numbers as strings. Throws for damaged bytes. */
export function decodePb(name: 'InteractWord' | 'SendGift', base64: string): Record<string, unknown> {
  if (base64.length > (maxBytes / 3) * 4) throw new Error(`${name} of ${base64.length} characters`);
  const type = root.lookupType(name);
  return type.toObject(type.decode(Buffer.from(base64, 'base64')), { longs: String });
}
