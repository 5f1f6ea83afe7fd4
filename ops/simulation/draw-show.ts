import type { Role } from '../../protocol/roles.ts';
import type { ChildSpec, RestartType } from '../../supervisor/child-spec.ts';
import type { SeededRandom } from '../sim/douyin-room/scenario/seeded-random.ts';

const handOverMs: Record<Role, number> = {
  ingest: 1_500,
  reply: 1_000,
  tts: 5_000,
  audio: 1_000,
  sim: 1_000,
};

/** The services of a show with some rooms, as a seed has it: the shape is that of the product, the figures vary. */
export function drawShow(random: SeededRandom): ChildSpec[] {
  const restarts = drawRestarts(random);
  const rooms = random.pick([1, 1, 2, 3, 4]);
  return showWith(
    Array.from({ length: rooms }, (_, index) => `room${index + 1}`),
    random,
    restarts,
  );
}

/** Another configuration: the same rooms, or one more or less, with other figures. */
export function drawChangedShow(specs: ChildSpec[], random: SeededRandom): ChildSpec[] {
  const rooms = specs.filter(({ role }) => role === 'audio').map(({ subject }) => subject);
  if (random.chance(0.5)) return specs;
  if (random.chance(0.4) && rooms.length > 1) rooms.splice(random.whole(0, rooms.length - 1), 1);
  else if (rooms.length < 4)
    rooms.push(['room1', 'room2', 'room3', 'room4'].find((id) => !rooms.includes(id)) ?? 'other');
  // Whether a service is for ever is part of what it is.
  const restarts = {
    ...drawRestarts(random),
    ...Object.fromEntries(specs.map(({ role, restart }) => [role, restart])),
  };
  return showWith(rooms, random, restarts);
}

function showWith(rooms: string[], random: SeededRandom, restarts: Record<Role, RestartType>): ChildSpec[] {
  const most: Partial<Record<Role, number>> = {
    tts: random.whole(1, 3),
    reply: random.whole(1, 3),
    ingest: random.whole(1, 2),
  };
  const hasSimulator = random.chance(0.5);
  const spareOf = () => random.pick([0, 1, 1, 1, 2]);
  const spec = (id: string, role: Role, subject: string, dependsOn: string[]): ChildSpec => ({
    id,
    role,
    subject,
    entry: `${role}.ts`,
    dependsOn,
    needsAddressOf: [],
    needsBus: role !== 'sim',
    restart: restarts[role],
    replicas: { min: 1, max: most[role] ?? 1 },
    spares: role === 'sim' ? random.pick([0, 0, 0, 1]) : spareOf(),
    exclusive: role !== 'tts',
    holdsPlace: role === 'ingest' || role === 'sim',
    sharded: role === 'reply' || role === 'ingest',
    swappable: role !== 'sim',
    settings: role === 'sim' ? random.pick(['one', 'other']) : '',
    readyTimeoutMs: random.pick([5_000, 15_000]),
    heartbeatDeadlineMs: 2_500,
    progressDeadlineMs: random.pick([6_000, 30_000]),
    reconnectTimeoutMs: 10_000,
    handOverMs: handOverMs[role],
    reportMs: 300,
    termMs: 2_000,
    softMb: 400,
    limitMb: 512,
    cpuPct: 180,
    maxAgeMs: 0,
  });
  const audio = rooms.map((room) => `audio:${room}`);
  const simulators = hasSimulator ? ['sim-room'] : [];
  return [
    ...simulators.map((id) => spec(id, 'sim', 'room', [])),
    ...rooms.map((room) => spec(`audio:${room}`, 'audio', room, [])),
    spec('tts', 'tts', '', audio),
    spec('reply', 'reply', '', ['tts']),
    { ...spec('ingest', 'ingest', '', ['reply', ...simulators]), needsAddressOf: simulators },
  ];
}

/** The product has permanent children only; the others are there for what will come. */
function drawRestarts(random: SeededRandom): Record<Role, RestartType> {
  const draw = (): RestartType =>
    random.chance(0.03) ? random.pick(['transient', 'temporary']) : 'permanent';
  return { sim: 'permanent', audio: 'permanent', tts: draw(), reply: draw(), ingest: draw() };
}
