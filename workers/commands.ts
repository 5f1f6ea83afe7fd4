import type { SupervisorCommand } from '../protocol/ipc.ts';

type Command<Kind extends SupervisorCommand['kind']> = Extract<SupervisorCommand, { kind: Kind }>;

/** The supervisor's orders: those that come once as promises, the others as calls. */
export interface Commands {
  initialise: Promise<Command<'initialise'>>;
  /** Undefined: it was told to end before it was started. */
  start: Promise<Command<'start'> | undefined>;
  drain: Promise<Command<'drain'>>;
  onConfirmed: (epoch: number) => void;
  onPoison: (keys: string[]) => void;
  onBusUp: (servers: string[]) => void;
}

export function openCommands(signal: AbortSignal): Commands {
  const initialise = Promise.withResolvers<Command<'initialise'>>();
  const start = Promise.withResolvers<Command<'start'> | undefined>();
  const drain = Promise.withResolvers<Command<'drain'>>();
  const commands: Commands = {
    initialise: initialise.promise,
    start: start.promise,
    drain: drain.promise,
    onConfirmed: () => undefined,
    onPoison: () => undefined,
    onBusUp: () => undefined,
  };
  process.on('message', (command: SupervisorCommand) => {
    switch (command.kind) {
      case 'initialise':
        return initialise.resolve(command);
      case 'start':
        return start.resolve(command);
      case 'drain':
        // The drain first: a child that was never started has nothing to drain, but must not wait for ever.
        drain.resolve(command);
        return start.resolve(undefined);
      case 'confirmed':
        return commands.onConfirmed(command.epoch);
      case 'poison':
        return commands.onPoison(command.keys);
      case 'bus-up':
        return commands.onBusUp(command.servers);
    }
  });
  signal.addEventListener('abort', () => start.resolve(undefined), { once: true });
  return commands;
}
