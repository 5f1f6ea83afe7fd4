import protobuf from 'protobufjs';
import t from 'tap';
import { idOf } from '../../../../workers/ingest/douyin/wire-values.ts';
import { compileDecoder } from '../../../../workers/ingest/douyin/wire-decoder.ts';

/** Every kind of field that the schema has, and the same messages as a sender with more fields would write them. */
const text = `syntax = "proto2";
message Narrow {
  optional int32 small = 1;
  optional uint64 id = 2;
  optional int64 signed = 3;
  optional bool yes = 4;
  optional string text = 5;
  optional bytes raw = 6;
  optional Inner inner = 7;
  repeated Inner many = 8;
  repeated bytes parts = 9;
  repeated uint64 ids = 14;
  repeated uint64 packed = 15;
  optional string far = 1028;
}
message Inner { optional int64 level = 2; optional string name = 3; }
message Wide {
  optional int32 small = 1; optional uint64 id = 2; optional int64 signed = 3; optional bool yes = 4; optional string text = 5;
  optional bytes raw = 6; optional WideInner inner = 7; repeated WideInner many = 8; repeated bytes parts = 9;
  optional fixed64 skipped8 = 10; optional fixed32 skipped4 = 11; optional string skipped = 12; optional uint64 skippedId = 13;
  repeated uint64 ids = 14; repeated uint64 packed = 15 [packed = true];
  optional string far = 1028; optional string farther = 5000;
}
message WideInner { optional string also = 1; optional int64 level = 2; optional string name = 3; optional fixed64 more = 9; }
`;
const { root } = protobuf.parse(text);
const narrow = root.lookupType('Narrow');
const wide = root.lookupType('Wide');
const decode = compileDecoder<Record<string, unknown>>(narrow);

function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const texts = ['', 'a', '小明', '👨‍👩‍👧', 'MS4wLjABAAAA_longer_than_what_is_short', 'ÿ\u0000\n'];

function randomFields(random: (below: number) => number): Record<string, unknown> {
  const maybe = (name: string, value: unknown) => (random(3) > 0 ? { [name]: value } : {});
  const number = () =>
    `${BigInt.asUintN(64, (BigInt(random(2 ** 31)) << BigInt(random(64))) - BigInt(random(2)))}`;
  const word = () => texts[random(texts.length)];
  const inner = () => ({
    ...maybe('also', word()),
    ...maybe('level', number()),
    ...maybe('name', word()),
    ...maybe('more', '9'),
  });
  const bytes = () => Buffer.from(Array.from({ length: random(40) }, () => random(256)));
  return {
    ...maybe('small', random(2 ** 32) - 2 ** 31),
    ...maybe('id', number()),
    ...maybe('signed', `${BigInt.asIntN(64, BigInt(number()))}`),
    ...maybe('yes', random(2) === 1),
    ...maybe('text', word()),
    ...maybe('raw', bytes()),
    ...maybe('inner', inner()),
    ...maybe('many', Array.from({ length: random(4) }, inner)),
    ...maybe('parts', Array.from({ length: random(4) }, bytes)),
    ...maybe('ids', Array.from({ length: random(3) }, number)),
    ...maybe('packed', Array.from({ length: random(4) }, number)),
    ...maybe('skipped8', '77'),
    ...maybe('skipped4', 5),
    ...maybe('skipped', word()),
    ...maybe('skippedId', number()),
    ...maybe('far', word()),
    ...maybe('farther', word()),
  };
}

/** Numbers as text, bytes as hexadecimal: the two decoders have different objects for them. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== 'object') return value;
  if ('high' in value && 'low' in value)
    return `${String(Number(value.high) >>> 0)}:${String(Number(value.low) >>> 0)}`;
  const names = Object.keys(value).filter((name) => !name.startsWith('$'));
  return Object.fromEntries(names.map((name) => [name, plain((value as Record<string, unknown>)[name])]));
}

/** What protobufjs makes of it, with the defaults that it keeps in prototypes. */
function expected(bytes: Uint8Array): unknown {
  const decoded = narrow.decode(bytes) as unknown as Record<string, unknown>;
  const whole = (message: Record<string, unknown>, type: protobuf.Type): Record<string, unknown> =>
    Object.fromEntries(
      type.fieldsArray.map(({ name, resolvedType, type: of, repeated }) => {
        // Its default of bytes is an empty array.
        const value = of === 'bytes' && !repeated ? Buffer.from(message[name] as Uint8Array) : message[name];
        const deep = (one: unknown) =>
          one && resolvedType ? whole(one as Record<string, unknown>, resolvedType as protobuf.Type) : one;
        return [name, Array.isArray(value) ? value.map(deep) : deep(value)];
      }),
    );
  return plain(whole(decoded, narrow));
}

const outcome = (work: () => unknown): unknown => {
  try {
    return work();
  } catch {
    return 'damaged';
  }
};

void t.test('compileDecoder() reads what protobufjs reads, over random messages', (t) => {
  const random = randomOf(1);
  for (let round = 0; round < 2_000; round++) {
    const fields = randomFields(random);
    const bytes = wide.encode(wide.fromObject(fields)).finish();
    const got = plain(decode(bytes));
    if (JSON.stringify(got) !== JSON.stringify(expected(bytes))) {
      t.same(got, expected(bytes), `round ${round}`);
      break;
    }
  }
  t.end();
});

void t.test(
  'compileDecoder() agrees with protobufjs on what is damaged, and on what remains readable',
  (t) => {
    const random = randomOf(2);
    let damaged = 0;
    for (let round = 0; round < 20_000; round++) {
      const whole = Buffer.from(wide.encode(wide.fromObject(randomFields(random))).finish());
      for (let changes = random(3); changes >= 0; changes--) whole[random(whole.length)] = random(256);
      const bytes = whole.subarray(0, random(4) === 0 ? random(whole.length) : whole.length);
      const got = outcome(() => plain(decode(bytes)));
      const wanted = outcome(() => expected(bytes));
      damaged += got === 'damaged' ? 1 : 0;
      if (JSON.stringify(got) !== JSON.stringify(wanted)) {
        t.same(got, wanted, `round ${round}: ${bytes.toString('hex')}`);
        break;
      }
    }
    t.ok(damaged > 1_000, `${damaged} were damaged`);
    t.end();
  },
);

void t.test('compileDecoder() keeps every bit of ids', (t) => {
  for (const id of [
    '0',
    '1',
    '9007199254740993',
    '18446744073709551615',
    '7260517442466662207',
    '4294967296',
  ])
    t.equal(
      idOf(decode(wide.encode(wide.fromObject({ id })).finish())['id'] as Parameters<typeof idOf>[0]) || '0',
      id,
    );
  t.end();
});

void t.test('compileDecoder() builds nothing of more fields than it is told', (t) => {
  const bytes = Buffer.alloc(2_000, Buffer.from([0x4a, 0x00]));
  t.equal((decode(bytes, 1_000)['parts'] as unknown[]).length, 1_000);
  t.throws(() => decode(bytes, 999), RangeError);
  t.end();
});
