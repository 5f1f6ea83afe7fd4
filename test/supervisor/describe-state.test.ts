import t from 'tap';
import { describeIncidents, describeServices, spareIds } from '../../supervisor/describe-state.ts';
import { open } from '../../supervisor/incidents/incident.ts';
import { playbooks } from '../../supervisor/incidents/playbooks.ts';
import { alive, childOf, stateOf, worker } from './some-children.ts';

const waiting = (service: string) => childOf(service, { id: `${service}.2`, life: alive('initialised', 2) });

void t.test('describeServices() counts who works and who stands by', (t) => {
  const state = stateOf([worker('tts'), waiting('tts'), waiting('reply')]);
  state.sparesAllowed = true;
  const shown = new Map(describeServices(state).map((service) => [service.id, service]));
  t.match(shown.get('tts'), { role: 'tts', wanted: 1, working: 1, spares: 1, condition: 'well' });
  t.match(shown.get('reply'), { working: 0, spares: 1, condition: 'down' });
  const service = state.services.get('reply');
  if (service) service.removed = true;
  t.notOk(
    describeServices(state).some(({ id }) => id === 'reply'),
    'what leaves is not shown',
  );
  t.end();
});

void t.test('spareIds() names those beyond the ones that the service is still missing', (t) => {
  t.same([...spareIds(stateOf([worker('tts'), waiting('tts')]))], ['tts.2']);
  t.same([...spareIds(stateOf([waiting('tts')]))], [], 'it is about to take the place');
  t.same([...spareIds(stateOf([childOf('tts'), waiting('tts')]))], ['tts.2'], 'one place, two that wait');
  t.end();
});

void t.test('describeIncidents() shows of an open incident what a person reads', (t) => {
  const [playbook] = playbooks.filter(({ problem }) => problem === 'crash');
  if (!playbook) throw new Error('there is no such playbook');
  const signal = {
    at: 7,
    component: 'tts',
    child: 'tts',
    kind: 'exited',
    detail: 'ended by SIGKILL',
  } as const;
  const noCause = () => ({ component: 'tts', what: '', why: '', at: 7, confidence: 0 });
  const { incident } = open('i1', signal, playbook, noCause);
  t.match(describeIncidents([incident.record]), [
    { id: 'i1', component: 'tts', problem: 'crash', severity: 'warning', state: 'open', openedAt: 7 },
  ]);
  t.end();
});
