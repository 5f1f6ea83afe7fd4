import type { z } from 'zod';
import type { Config } from './config.ts';

interface Finding {
  path: PropertyKey[];
  message: string;
}

/** What no single option can tell: names that collide, addresses of children that do not exist, times that contradict each other. */
export function checkConfig(config: Config): Finding[] {
  const { rooms, simulators, ingest, reply, tts, supervisor } = config;
  const simulated = new Set(simulators.map(({ id }) => `sim-${id}`));
  // Wherever they stand: each role's part of the configuration knows best which of its texts are addresses.
  const addresses = [
    ...unknownAddresses(rooms, simulated, ['rooms']),
    ...unknownAddresses(tts, simulated, ['tts']),
    ...unknownAddresses(reply.model, simulated, ['reply', 'model']),
  ];
  const impatient = supervisor.heartbeatDeadlineMs < 2 * supervisor.heartbeatMs;
  return [
    // Names of files: some systems do not tell capitals from small letters.
    ...repeated(rooms, (room) => room.id.toLowerCase(), ['rooms']),
    ...repeated(simulators, ({ id }) => id, ['simulators']),
    ...repeated(reply.rules, ({ id }) => id, ['reply', 'rules']),
    ...repeated(reply.idle, ({ id }) => id, ['reply', 'idle']),
    ...repeated(reply.director.countdowns, ({ id }) => id, ['reply', 'director', 'countdowns']),
    ...unknownRooms(reply.rules, new Set(rooms.map(({ id }) => id))),
    ...onlyForProducts(reply.idle),
    ...repeated(reply.words.lists, ({ id }) => id, ['reply', 'words', 'lists']),
    ...repeated(reply.model.endpoints, ({ id }) => id, ['reply', 'model', 'endpoints']),
    ...addresses,
    ...(rooms.length > ingest.maxRooms
      ? [
          {
            path: ['rooms'],
            message: `there are ${rooms.length}, and ingest.maxRooms allows ${ingest.maxRooms}`,
          },
        ]
      : []),
    ...(impatient
      ? [
          {
            path: ['supervisor', 'heartbeatDeadlineMs'],
            message: 'must be at least twice supervisor.heartbeatMs',
          },
        ]
      : []),
  ];
}

/** The same as a refinement of the schema. */
export function refineConfig(config: Config, context: z.core.$RefinementCtx<Config>): void {
  for (const { path, message } of checkConfig(config)) context.addIssue({ code: 'custom', path, message });
}

function repeated<Item extends { id: string }>(
  items: Item[],
  keyOf: (item: Item) => string,
  path: PropertyKey[],
): Finding[] {
  const keys = items.map(keyOf);
  return items.flatMap(({ id }, index) => {
    const first = keys.indexOf(keys[index] ?? '');
    return first === index
      ? []
      : [{ path: [...path, index, 'id'], message: `must be unique, "${id}" is taken` }];
  });
}

/** A rule for a room that is not hosted would never be heard, and nobody would know why. */
function unknownRooms(rules: Config['reply']['rules'], known: Set<string>): Finding[] {
  return rules.flatMap(({ rooms }, rule) =>
    rooms.flatMap((room, index) => {
      if (known.has(room)) return [];
      const message = `is no room; the rooms are: ${[...known].join(', ')}`;
      return [{ path: ['reply', 'rules', rule, 'rooms', index], message }];
    }),
  );
}

/** There has to be something to say while no product is on show. */
function onlyForProducts(idle: Config['reply']['idle']): Finding[] {
  if (idle.some(({ product }) => product === '')) return [];
  return [{ path: ['reply', 'idle'], message: 'needs a script without "product", for when none is on show' }];
}

/** In all texts of a part of the configuration. */
function unknownAddresses(part: unknown, known: Set<string>, path: PropertyKey[]): Finding[] {
  if (typeof part === 'string') return unknownIn(part, known, path);
  if (Array.isArray(part))
    return part.flatMap((item, index) => unknownAddresses(item, known, [...path, index]));
  if (typeof part !== 'object' || part === null) return [];
  return Object.entries(part).flatMap(([key, item]) => unknownAddresses(item, known, [...path, key]));
}

function unknownIn(text: string, known: Set<string>, path: PropertyKey[]): Finding[] {
  return [...text.matchAll(/\$\{address:([\w-]+)\}/g)].flatMap(([, id = '']) => {
    if (known.has(id)) return [];
    const names = [...known].join(', ') || 'none; "simulators" is empty';
    return [{ path, message: `asks for the address of "${id}"; the simulators are: ${names}` }];
  });
}
