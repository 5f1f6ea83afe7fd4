import t from 'tap';
import { VoiceBook } from '../../../../workers/tts/engines/voice-book.ts';

function open() {
  const said: unknown[] = [];
  const log = { info: () => undefined, warn: (entry: unknown) => void said.push(entry) };
  return { said, book: new VoiceBook('gpu', [{ name: 'host' }, { name: 'guest' }], log) };
}

void t.test('VoiceBook.find() knows its voices, and has the first speak for all others', (t) => {
  const { book, said } = open();
  t.same(
    ['', 'host', 'guest'].map((name) => book.find(name).name),
    ['host', 'host', 'guest'],
  );
  t.same(said, []);
  t.equal(book.find('cmn').name, 'host');
  t.same(said, [{ engine: 'gpu', voice: 'cmn', instead: 'host' }]);
  t.end();
});

void t.test('VoiceBook.find() complains once per name, and of so many names only', (t) => {
  const { book, said } = open();
  for (let round = 0; round < 2; round++)
    for (let number = 0; number < 1_000; number++) book.find(`of another engine ${number}`);
  t.equal(said.length, 100);
  t.end();
});
