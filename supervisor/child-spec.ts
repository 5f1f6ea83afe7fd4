import type { Config } from '../protocol/config.ts';
import type { Role } from '../protocol/roles.ts';

/** What the supervisor knows of a child: never what it does. */
export interface ChildSpec {
  id: string;
  role: Role;
  /** Room or simulator that it is for; empty when for all. */
  subject: string;
  /** Program, relative to the project. */
  entry: string;
  /** Started before it, stopped after it. */
  dependsOn: string[];
  /** Children whose address its options hold. */
  needsAddressOf: string[];
  needsBus: boolean;
  readyTimeoutMs: number;
  heartbeatDeadlineMs: number;
  termMs: number;
  limitMb: number;
}

const entries: Record<Role, string> = {
  ingest: 'workers/ingest/main.ts',
  reply: 'workers/reply/main.ts',
  tts: 'workers/tts/main.ts',
  audio: 'workers/audio/main.ts',
  sim: 'ops/sim/main.ts',
};

/** The children of a configuration; `only` limits them to some roles (empty: all). */
export function childSpecs(config: Config, only: Role[] = []): ChildSpec[] {
  const { readyTimeoutMs, heartbeatDeadlineMs, limitMb } = config.supervisor;
  const common = { readyTimeoutMs, heartbeatDeadlineMs, limitMb, termMs: 2_000 };
  const audio = config.rooms.map(({ id }) => `audio:${id}`);
  const simulators = config.simulators.map(({ id }) => `sim-${id}`);
  const spec = (id: string, role: Role, subject: string, dependsOn: string[]): ChildSpec => ({
    ...common,
    id,
    role,
    subject,
    entry: entries[role],
    dependsOn,
    needsAddressOf: [],
    needsBus: role !== 'sim',
  });
  const all: ChildSpec[] = [
    ...config.simulators.map(({ id }) => spec(`sim-${id}`, 'sim', id, [])),
    ...config.rooms.map(({ id }) => spec(`audio:${id}`, 'audio', id, [])),
    spec('tts', 'tts', '', audio),
    spec('reply', 'reply', '', ['tts']),
    { ...spec('ingest', 'ingest', '', ['reply', ...simulators]), needsAddressOf: addressesIn(config) },
  ];
  const chosen = only.length === 0 ? all : all.filter(({ role }) => only.includes(role));
  const ids = new Set(chosen.map(({ id }) => id));
  return chosen.map((child) => ({ ...child, dependsOn: child.dependsOn.filter((id) => ids.has(id)) }));
}

const addressPattern = /\$\{address:([\w-]+)\}/g;

/** The configuration with `${address:CHILD}` replaced; throws when a child has not said its address. */
export function fillAddresses(config: Config, addresses: Map<string, string>): Config {
  const text = JSON.stringify(config).replaceAll(addressPattern, (_, id: string) => {
    const address = addresses.get(id);
    if (!address) throw new Error(`No child "${id}" has told its address`);
    return address;
  });
  return JSON.parse(text) as Config;
}

function addressesIn(config: Config): string[] {
  return [...JSON.stringify(config.rooms).matchAll(addressPattern)].flatMap(([, id]) => (id ? [id] : []));
}

/** Children in layers: a layer depends only on those before it. Throws on a cycle. */
export function startLayers(specs: ChildSpec[]): ChildSpec[][] {
  const layers: ChildSpec[][] = [];
  const placed = new Set<string>();
  let rest = specs;
  while (rest.length > 0) {
    const layer = rest.filter(({ dependsOn }) => dependsOn.every((id) => placed.has(id)));
    if (layer.length === 0)
      throw new Error(`Children depend on each other in a circle: ${rest.map(({ id }) => id).join(', ')}`);
    for (const { id } of layer) placed.add(id);
    layers.push(layer);
    rest = rest.filter(({ id }) => !placed.has(id));
  }
  return layers;
}
