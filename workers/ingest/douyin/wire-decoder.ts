import type { Type } from 'protobufjs';
import { Cursor, Wide } from './wire-cursor.ts';

const zeroes = { signed: new Wide(0, 0, true), unsigned: new Wide(0, 0, false) };

type Kind = 'int32' | 'uint64' | 'int64' | 'bool' | 'string' | 'name' | 'bytes' | 'message';
/** One field, at the tag under which it is looked for. */
interface Field {
  name: string;
  kind: Kind;
  repeated: boolean;
  /** Numbers without a tag each. */
  isPacked: boolean;
  /** Of a message. */
  plan: Plan | undefined;
}
/** What is read of a type: fields by their tag, and an object with all of them absent. */
interface Plan {
  fields: readonly (Field | undefined)[];
  absent: Record<string, unknown>;
}

const wireTypes: Record<Kind, number> = {
  int32: 0,
  uint64: 0,
  int64: 0,
  bool: 0,
  string: 2,
  name: 2,
  bytes: 2,
  message: 2,
};
/** Fields whose text is one of few. */
const names = new Set(['method', 'payloadType', 'key']);
const none: readonly never[] = Object.freeze([]);
/** Types are few, and many have the same viewer in them. */
const plans = new Map<Type, Plan>();

/**
 * A decoder of a protobuf type that reads only the fields that the type declares, and walks over the rest without keeping any of it:
 * of what Douyin sends, that is nine tenths. Absent fields have their default, absent messages are null, and a field that comes twice is
 * read as the format wants it: the last one counts, messages are merged. Malformed UTF-8 is replaced. Bytes are views of the input.
 *
 * `maxFields` bounds the fields of the message itself, before anything is built of more. Throws RangeError for that, Error on damaged bytes.
 */
export function compileDecoder<Wire>(type: Type): (bytes: Uint8Array, maxFields?: number) => Wire {
  const plan = planOf(type);
  return (bytes, maxFields = Infinity) => {
    const cursor = new Cursor(bytes);
    return read(plan, cursor, bytes.byteLength, { ...plan.absent }, maxFields) as Wire;
  };
}

function planOf(type: Type): Plan {
  const known = plans.get(type) ?? makePlan(type);
  plans.set(type, known);
  return known;
}

function makePlan(type: Type): Plan {
  const fields: (Field | undefined)[] = [];
  const absent: Record<string, unknown> = {};
  for (const { id, name, repeated, resolvedType, type: typeName } of type.fieldsArray.map((field) =>
    field.resolve(),
  )) {
    // Names of methods are few, and looked up at once.
    const isName = typeName === 'string' && names.has(name) && !repeated;
    const kind = resolvedType ? 'message' : isName ? 'name' : (typeName as Kind);
    const isNumber = wireTypes[kind] === 0;
    if (!(kind in wireTypes) || (repeated && isNumber && !kind.endsWith('int64')))
      throw new Error(`${type.name}.${name}: a ${repeated ? 'repeated ' : ''}${typeName} is not supported`);
    const plan = resolvedType ? planOf(resolvedType as Type) : undefined;
    fields[id * 8 + wireTypes[kind]] = { name, kind, repeated, isPacked: false, plan };
    // Numbers may come one by one or packed, whatever the type says.
    if (repeated && isNumber) fields[id * 8 + 2] = { name, kind, repeated, isPacked: true, plan };
    absent[name] = repeated ? none : defaultOf(kind);
  }
  return { fields: Array.from(fields), absent };
}

function defaultOf(kind: Kind): unknown {
  switch (kind) {
    case 'int32':
      return 0;
    case 'uint64':
      return zeroes.unsigned;
    case 'int64':
      return zeroes.signed;
    case 'bool':
      return false;
    case 'string':
    case 'name':
      return '';
    case 'bytes':
      return Buffer.alloc(0);
    case 'message':
      return null;
  }
}

type Built = Record<string, unknown>;

function read({ fields }: Plan, cursor: Cursor, end: number, into: Built, maxFields: number): Built {
  for (let count = 0; cursor.at < end; count++) {
    if (count === maxFields) throw new RangeError(`More than ${maxFields} fields`);
    const tag = cursor.tag(end);
    const field = fields[tag];
    if (field === undefined) cursor.skip(tag, end);
    else take(field, cursor, end, into);
  }
  return into;
}

function take(
  { name, kind, repeated, isPacked, plan }: Field,
  cursor: Cursor,
  end: number,
  into: Built,
): void {
  switch (kind) {
    case 'int32':
      into[name] = cursor.varint(end) | 0;
      return;
    case 'uint64':
    case 'int64': {
      if (!repeated) {
        into[name] = cursor.wide(end, kind === 'int64');
        return;
      }
      const last = isPacked ? cursor.length(end) + cursor.at : end;
      if (isPacked) while (cursor.at < last) add(into, name, cursor.wide(last, kind === 'int64'));
      else add(into, name, cursor.wide(end, kind === 'int64'));
      return;
    }
    case 'bool':
      into[name] = cursor.bool(end);
      return;
    case 'name':
      into[name] = cursor.commonText(cursor.length(end));
      return;
    case 'string':
    case 'bytes': {
      const length = cursor.length(end);
      const value = kind === 'string' ? cursor.text(length) : cursor.view(length);
      if (repeated) add(into, name, value);
      else into[name] = value;
      return;
    }
    case 'message': {
      if (plan === undefined) return;
      const length = cursor.length(end);
      const known = repeated ? null : into[name];
      const value = read(plan, cursor, cursor.at + length, (known ?? { ...plan.absent }) as Built, Infinity);
      if (repeated) add(into, name, value);
      else into[name] = value;
    }
  }
}

function add(into: Built, name: string, value: unknown): void {
  const list = into[name];
  if (list === none) into[name] = [value];
  else (list as unknown[]).push(value);
}
