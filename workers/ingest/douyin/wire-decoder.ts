import { compileFunction } from 'node:vm';
import type { Type } from 'protobufjs';
import { Cursor, Wide } from './wire-cursor.ts';

type Kind = 'int32' | 'uint64' | 'int64' | 'bool' | 'string' | 'name' | 'bytes' | 'message';
/** Reads a message up to `end`; what is found is merged into an earlier part of the same message, if there is one. */
type Read = (cursor: Cursor, end: number, earlier: unknown, maxFields: number) => unknown;

/** How one value is read, as source text; lengths are read before. */
const readers: Record<Exclude<Kind, 'message'>, string> = {
  int32: 'cursor.varint(end) | 0',
  uint64: 'cursor.wide(end, false)',
  int64: 'cursor.wide(end, true)',
  bool: 'cursor.bool(end)',
  string: 'cursor.text(cursor.length(end))',
  name: 'cursor.commonText(cursor.length(end))',
  bytes: 'cursor.view(cursor.length(end))',
};
const absentOf: Record<Kind, string> = {
  int32: '0',
  uint64: 'unsignedZero',
  int64: 'signedZero',
  bool: 'false',
  string: "''",
  name: "''",
  bytes: 'noBytes',
  message: 'null',
};
/** What the source text of every reader refers to. */
const constants = {
  unsignedZero: new Wide(0, 0, false),
  signedZero: new Wide(0, 0, true),
  noBytes: Buffer.alloc(0),
  none: Object.freeze([]),
  tooMany: (most: number) => new RangeError(`More than ${most} fields`),
};
/** Fields whose text is one of few. */
const names = new Set(['method', 'payloadType', 'key']);
/** Types are few, and many have the same viewer in them. */
const known = new Map<Type, Read>();

/**
 * A decoder of a protobuf type that reads only the fields that the type declares, and walks over the rest without keeping any of it:
 * of what Douyin sends, that is nine tenths. Absent fields have their default, absent messages are null, and a field that comes twice is
 * read as the format wants it: the last one counts, messages are merged. Malformed UTF-8 is replaced. Bytes are views of the input.
 *
 * `maxFields` bounds the fields of the message itself, before anything is built of more. Throws RangeError for that, Error on damaged bytes.
 */
export function compileDecoder<Wire>(type: Type): (bytes: Uint8Array, maxFields?: number) => Wire {
  const read = readerOf(type);
  return (bytes, maxFields = Infinity) => read(new Cursor(bytes), bytes.byteLength, null, maxFields) as Wire;
}

function readerOf(type: Type): Read {
  const read = known.get(type) ?? compileReader(type);
  known.set(type, read);
  return read;
}

/**
 * Made as source text, as protobufjs makes its own: a field is then a local variable and the message one object literal, which costs
 * a third of a table of fields that is looked up at each tag.
 */
function compileReader(type: Type): Read {
  const inner: Record<string, Read> = {};
  const fields = type.fieldsArray.map((field) => field.resolve());
  const cases = fields.map(({ id, name, repeated, resolvedType, type: typeName }) => {
    // Names of methods are few, and looked up at once.
    const isName = typeName === 'string' && names.has(name) && !repeated;
    const kind = resolvedType ? 'message' : isName ? 'name' : (typeName as Kind);
    if (!(kind in absentOf) || (repeated && (kind === 'int32' || kind === 'bool')))
      throw new Error(`${type.name}.${name}: a ${repeated ? 'repeated ' : ''}${typeName} is not supported`);
    if (resolvedType) inner[`read_${name}`] = readerOf(resolvedType as Type);
    return {
      name,
      absent: repeated ? 'none' : absentOf[kind],
      source: casesOf({ id, name, repeated, kind }),
    };
  });
  const source = `
    ${cases.map(({ name, absent }) => `let $${name} = earlier === null ? ${absent} : earlier.${name};`).join('\n')}
    for (let count = 0; cursor.at < end; count++) {
      if (count === maxFields) throw tooMany(maxFields);
      const tag = cursor.tag(end);
      switch (tag) {
        ${cases.map((one) => one.source).join('\n')}
        default: cursor.skip(tag, end);
      }
    }
    return { ${cases.map(({ name }) => `${name}: $${name}`).join(', ')} };`;
  const given = { ...constants, ...inner };
  const make = compileFunction(
    `return function read${type.name}(cursor, end, earlier, maxFields) {${source}}`,
    Object.keys(given),
  ) as (...values: unknown[]) => Read;
  return make(...Object.values(given));
}

function casesOf(field: { id: number; name: string; repeated: boolean; kind: Kind }): string {
  const { id, name, repeated, kind } = field;
  const value =
    kind === 'message'
      ? `read_${name}(cursor, cursor.length(end) + cursor.at, ${repeated ? 'null' : `$${name}`}, Infinity)`
      : readers[kind];
  const add = (text: string) =>
    `{ const value = ${text}; if ($${name} === none) $${name} = [value]; else $${name}.push(value); }`;
  const isNumber = kind === 'int32' || kind === 'uint64' || kind === 'int64' || kind === 'bool';
  const one = repeated ? add(value) : `$${name} = ${value};`;
  const single = `case ${id * 8 + (isNumber ? 0 : 2)}: ${one} break;`;
  if (!repeated || !isNumber) return single;
  // Numbers may come one by one or packed, whatever the type says.
  const packed = add(value.replace('end', 'last'));
  return `${single}
    case ${id * 8 + 2}: { const last = cursor.length(end) + cursor.at; while (cursor.at < last) ${packed} break; }`;
}
