import type { Config } from '../protocol/config.ts';
import { ConfigurationError } from '../protocol/configuration-error.ts';
import type { Role } from '../protocol/roles.ts';
import { usefulShares } from '../protocol/sharding.ts';

/** OTP's words: restarted always, only after a failure, or never. */
export type RestartType = 'permanent' | 'transient' | 'temporary';

/** What the supervisor knows of a service and its children: never what they do. */
export interface ChildSpec {
  /** Name of the service; its first child has the same, further ones are `<service>.2` and so on. */
  id: string;
  role: Role;
  /** Room or simulator that it is for; empty when for all. */
  subject: string;
  /** Program, relative to the project. */
  entry: string;
  /** Services that are started before it and stopped after it. */
  dependsOn: string[];
  /** Services whose address its options hold. */
  needsAddressOf: string[];
  needsBus: boolean;
  restart: RestartType;
  /** Children that work at the same time. */
  replicas: { min: number; max: number };
  /** Children beyond those, warm and waiting. */
  spares: number;
  /** Two of them at work would speak twice: the old one has to yield before the new one starts. */
  exclusive: boolean;
  /** It has a connection or a port that nobody may have beside it, fenced or not: what was its duty is free once it is gone. */
  holdsPlace: boolean;
  /** Those at work have different rooms, each its share; what is exclusive is then the share. */
  sharded: boolean;
  /** One child can take over from another; else it is replaced where it stands, and only when its `settings` are others. */
  swappable: boolean;
  /** What it takes from the configuration, as a text to compare; empty: anything. */
  settings: string;
  readyTimeoutMs: number;
  heartbeatDeadlineMs: number;
  /** Work at hand, and nothing finished for so long. */
  progressDeadlineMs: number;
  /** The bus is there, and the child has not found it again for so long. */
  reconnectTimeoutMs: number;
  /** For a planned swap: the time to give everything back. */
  handOverMs: number;
  /** Between asking for a diagnostic report and SIGKILL. */
  reportMs: number;
  /** Between SIGTERM and SIGKILL. */
  termMs: number;
  softMb: number;
  limitMb: number;
  /** 100: one core. Never kills by itself. */
  cpuPct: number;
  /** Planned replacement; 0: never. */
  maxAgeMs: number;
}

const entries: Record<Role, string> = {
  ingest: 'workers/ingest/main.ts',
  reply: 'workers/reply/main.ts',
  tts: 'workers/tts/main.ts',
  audio: 'workers/audio/main.ts',
  sim: 'ops/sim/main.ts',
};

const times = { reconnectTimeoutMs: 10_000, reportMs: 300, termMs: 2_000 };
const progressMs = 30_000;
/** Beyond the time that a worker gives itself for one piece of work. */
const progressMarginMs = 5_000;
/** tts may have to finish a sentence that an engine is working on. */
const handOverMs = { ingest: 1_500, reply: 1_000, tts: 5_000, audio: 1_000, sim: 1_000 };

/** The services of a configuration; `only` limits them to some roles (empty: all). Throws when one is left out that others ask for its address. */
export function childSpecs(config: Config, only: Role[] = []): ChildSpec[] {
  const { readyTimeoutMs, heartbeatDeadlineMs, limitMb: commonLimitMb, services } = config.supervisor;
  const rooms = config.rooms.map(({ id }) => id);
  const audio = rooms.map((id) => `audio:${id}`);
  const simulators = config.simulators.map(({ id }) => `sim-${id}`);
  const speechServers = addressesIn(config.tts);
  const spec = (id: string, role: Role, subject: string, dependsOn: string[]): ChildSpec => {
    const service = services[role];
    const limitMb = service.limitMb || commonLimitMb;
    const most =
      role === 'reply' || role === 'ingest'
        ? usefulShares(rooms, service.max)
        : role === 'tts' && config.tts.engines.length > 0
          ? 1
          : service.max;
    return {
      ...times,
      readyTimeoutMs,
      heartbeatDeadlineMs,
      handOverMs: handOverMs[role],
      progressDeadlineMs:
        role === 'tts' ? Math.max(progressMs, config.tts.segmentTimeoutMs + progressMarginMs) : progressMs,
      id,
      role,
      subject,
      entry: entries[role],
      dependsOn,
      needsAddressOf: [],
      needsBus: role !== 'sim',
      restart: 'permanent',
      replicas: { min: Math.min(service.min, most), max: most },
      spares: service.spares,
      // A server that speaks does one thing at a time, and must not be asked by two.
      exclusive: role !== 'tts' || config.tts.engines.length > 0,
      // A platform that sees a room's viewer twice turns one away; a webhook's port is one process's.
      holdsPlace: role === 'ingest' || role === 'sim',
      sharded: role === 'reply' || role === 'ingest',
      swappable: role !== 'sim',
      settings: '',
      softMb: Math.min(service.softMb || Math.round(limitMb * 0.8), limitMb),
      limitMb,
      cpuPct: 180,
      maxAgeMs: service.maxAgeHours * 3_600_000,
    };
  };
  const all: ChildSpec[] = [
    ...config.simulators.map((simulator) => ({
      ...spec(`sim-${simulator.id}`, 'sim', simulator.id, []),
      settings: JSON.stringify(simulator),
    })),
    ...rooms.map((id) => spec(`audio:${id}`, 'audio', id, [])),
    { ...spec('tts', 'tts', '', [...audio, ...speechServers]), needsAddressOf: speechServers },
    spec('reply', 'reply', '', ['tts']),
    {
      ...spec('ingest', 'ingest', '', ['reply', ...simulators]),
      needsAddressOf: addressesIn(config.rooms),
    },
  ];
  const chosen = only.length === 0 ? all : all.filter(({ role }) => only.includes(role));
  const ids = new Set(chosen.map(({ id }) => id));
  const problems = chosen.flatMap(({ id, needsAddressOf }) =>
    needsAddressOf
      .filter((other) => !ids.has(other))
      .map((other) => ({
        path: '--only',
        message: `"${id}" asks for the address of "${other}": name "sim" too`,
      })),
  );
  if (problems.length > 0) throw new ConfigurationError(problems);
  return chosen.map((child) => ({ ...child, dependsOn: child.dependsOn.filter((id) => ids.has(id)) }));
}

const addressPattern = /\$\{address:([\w-]+)\}/g;

/**
 * The configuration with the addresses that a role's part of it holds filled in. Those of the other roles stay as they are: who is asked for
 * them there may well not be up yet. Throws when a child that is asked for has not said its address.
 */
export function fillAddresses(config: Config, addresses: Map<string, string>, role: Role): Config {
  if (role === 'tts') return { ...config, tts: fillPart(config.tts, addresses) };
  return { ...config, rooms: fillPart(config.rooms, addresses) };
}

/** A part of the configuration with `${address:CHILD}` replaced; throws when a child has not said its address. */
function fillPart<Part>(part: Part, addresses: Map<string, string>): Part {
  const text = JSON.stringify(part).replaceAll(addressPattern, (_, id: string) => {
    const address = addresses.get(id);
    if (!address) throw new Error(`No child "${id}" has told its address`);
    return address;
  });
  return JSON.parse(text) as Part;
}

/** The children whose addresses are asked for, each once. */
function addressesIn(part: unknown): string[] {
  const ids = [...JSON.stringify(part).matchAll(addressPattern)].flatMap(([, id]) => (id ? [id] : []));
  return [...new Set(ids)];
}

/** Services in layers: a layer depends only on those before it. Throws on a cycle. */
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
