/** What has to hold whatever goes wrong. Those of the second part are looked at only once nothing goes wrong any more. */
export const properties = {
  'one-lease': 'Never are two children at work under the same lease',
  'epochs-grow': 'Each promotion of a service has a higher epoch than all before it',
  'one-voice':
    'Nobody is given an exclusive duty, or a share of the rooms, while another one may still put something out for it, unless that one is being ended and holds no connection or port',
  'in-order': 'Once something of a later holder was heard, nothing of an earlier one is',
  'living-target': 'Nothing is sent to a process that has ended, or to another generation of it',
  'one-process': 'A child has one process at a time: the next one is spawned after the exit of the last',
  'few-processes': 'A service never has many more processes than it wants',
  'few-restarts': 'A child that keeps failing early is not restarted more than 8 times within a minute',
  'no-idle-swap': 'Nobody is told to drain without a reason',
  'no-waste': 'Nothing is spawned only to be ended at once',
  'nothing-after-stop': 'Nothing is spawned or promoted once everything stops',
  'no-false-kill':
    'A child whose heart beats in time and whose work goes on is not ended, also when the supervisor itself was late',
  'taken-over': 'No duty is without a holder while somebody is ready and may work',
  'in-dependency-order': 'A service first works after those that it depends on have, or are known not to',
  'never-throws': 'The roster takes every event and comes to rest',
  'gets-well': 'Within 90 s after the last fault every service works, and has its spares',
  'stays-well': 'Without a fault nothing changes any more',
  'leaves-quarantine': 'No child is in quarantine 120 s after everything is well',
  'reload-ends': 'A reload has come in or was rolled back after four minutes',
  'bad-reload-undone': 'A configuration with which children fail is not kept',
  stops: 'Every process is gone within the time to stop, and what SIGTERM and SIGKILL need beyond it',
} as const;

export type Property = keyof typeof properties;

/** A property does not hold: the core is wrong, or the simulation. */
export class PropertyViolation extends Error {
  readonly code = 'ERR_PROPERTY';
  readonly property: Property;

  constructor(property: Property, detail: string, options?: ErrorOptions) {
    super(`${property}: ${detail}`, options);
    this.property = property;
  }
}
