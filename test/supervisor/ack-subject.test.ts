import t from 'tap';
import { parseAckSubject } from '../../supervisor/ack-subject.ts';

void t.test('parseAckSubject() reads both forms that servers use', (t) => {
  const short = '$JS.ACK.SPEECH.tts-idle.2.41.7.1795396662609000000.3';
  t.same(parseAckSubject(short), { stream: 'SPEECH', consumer: 'tts-idle', seq: 41, key: 'SPEECH 41' });
  const long = '$JS.ACK.hub.ACC123.SPEECH.tts-idle.2.41.7.1795396662609000000.3.token';
  t.same(parseAckSubject(long), { stream: 'SPEECH', consumer: 'tts-idle', seq: 41, key: 'SPEECH 41' });
  t.end();
});

void t.test('parseAckSubject() knows what is none', (t) => {
  for (const subject of [
    '',
    'live.demo.audio',
    '$JS.ACK',
    '$JS.ACK.A.b.1.x.1.1.1',
    '$JS.API.INFO',
    '$JS.ACK.A.b.1.0.1.1.1',
  ])
    t.equal(parseAckSubject(subject), undefined, subject);
  t.end();
});
