import { createHash } from 'node:crypto';
import type { WireMessage } from '../../sim/douyin-room/wire/push-frame.ts';
import { readFields, type ProtoField } from '../../sim/douyin-room/wire/proto-reader.ts';
import { ProtoWriter } from '../../sim/douyin-room/wire/proto-writer.ts';

/** Where each message that viewers cause has its User. */
const userFieldOf: Record<string, number> = {
  WebcastChatMessage: 2,
  WebcastEmojiChatMessage: 2,
  WebcastGiftMessage: 7,
  WebcastLikeMessage: 5,
  WebcastMemberMessage: 2,
  WebcastSocialMessage: 2,
  WebcastFansclubMessage: 4,
};

/**
 * The same message as large as the platform's own are: its viewer with three avatars, badges and follow information, and a Text of pieces
 * in Common. What is added is different for each viewer and message, so that it does not compress to nothing.
 */
export function enrich(message: WireMessage): WireMessage {
  const at = userFieldOf[message.method];
  if (at === undefined) return message;
  const writer = new ProtoWriter();
  for (const field of readFields(message.payload)) {
    if (field.field === at && field.wireType === 2)
      writer.bytes(at, Buffer.concat([field.bytes, richUser(field.bytes)]));
    else if (field.field === 1 && field.wireType === 2)
      writer.bytes(1, Buffer.concat([field.bytes, richCommon(message)]));
    else copy(field, writer);
  }
  return { ...message, payload: writer.finish() };
}

function copy(field: ProtoField, writer: ProtoWriter): void {
  if (field.wireType === 2) writer.bytes(field.field, field.bytes);
  else writer.varint(field.field, field.number);
}

function richUser(user: Uint8Array): Buffer {
  const id = idOf(user);
  // As in the names of real avatars: that part does not compress.
  const digest = createHash('md5').update(String(id)).digest('hex');
  const image = (size: string) =>
    new ProtoWriter()
      .string(
        1,
        `https://p3.douyinpic.com/aweme/${size}/aweme-avatar/tos-cn-avt-0015_${digest}.webp?from=2064092626`,
      )
      .string(
        1,
        `https://p11.douyinpic.com/aweme/${size}/aweme-avatar/tos-cn-avt-0015_${digest}.webp?from=2064092626`,
      )
      .string(2, `${size}/aweme-avatar/tos-cn-avt-0015_${digest}`)
      .varint(3, 100)
      .varint(4, 100)
      .string(5, '#A3B2C1');
  const badge = (level: number) =>
    new ProtoWriter()
      .string(
        1,
        `https://p3-webcast.douyinpic.com/img/webcast/new_user_grade_level_v1_${level}.png~tplv-obj.image`,
      )
      .string(
        1,
        `https://p11-webcast.douyinpic.com/img/webcast/new_user_grade_level_v1_${level}.png~tplv-obj.image`,
      )
      .string(2, `webcast/new_user_grade_level_v1_${level}.png`)
      .varint(3, 16)
      .varint(4, 32)
      .varint(6, 1)
      .message(
        8,
        new ProtoWriter().string(1, 'ranking').varint(3, level).string(4, `荣誉等级${level}级勋章`),
      );
  const writer = new ProtoWriter();
  for (const [field, size] of [
    [9, '100x100'],
    [10, '720x720'],
    [11, '1080x1080'],
  ] as const)
    writer.message(field, image(size));
  for (const level of [Number(id % 40n), 7]) writer.message(21, badge(level));
  writer.message(61, badge(Number(id % 60n)));
  return writer
    .varint(52, 1)
    .varint(72, 4)
    .string(67, String(id))
    .string(73, `MS4wLjABAAAA_webcast_${id}`)
    .varint(1022, 3)
    .string(1045, '24-30')
    .finish();
}

function richCommon({ msgId, method }: WireMessage): Buffer {
  const piece = (text: string) => new ProtoWriter().varint(1, 1).string(11, text);
  const text = new ProtoWriter()
    .string(1, `${method}_display_key`)
    .string(2, '{0:user}：{1:string} {2:string}')
    .message(3, new ProtoWriter().string(1, '#8CE7FF').varint(4, 400))
    .message(4, piece(`第${msgId % 997n}位`))
    .message(4, piece('来到直播间，欢迎'));
  return new ProtoWriter()
    .message(8, text)
    .varint(11, 10_000)
    .string(12, `2026${msgId}0A0B0C0D`)
    .varint(21, 1)
    .finish();
}

function idOf(user: Uint8Array): bigint {
  for (const field of readFields(user)) if (field.field === 1 && field.wireType !== 2) return field.number;
  return 0n;
}
