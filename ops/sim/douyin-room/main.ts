import { once } from 'node:events';
import { readRoomOptions, type RoomCommand } from './read-room-options.ts';
import { openDouyinRoom } from './server.ts';

const command = read();
if (command?.kind === 'help') console.log(command.text);
if (command?.kind === 'open') {
  await using room = await openDouyinRoom(command.settings);
  const { url, wsUrl, webRid, roomId } = room;
  console.log(JSON.stringify({ url, wsUrl, webRid, roomId }));
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM'), room.untilDone()]);
}

function read(): RoomCommand | undefined {
  try {
    return readRoomOptions(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    console.error(error.message);
    process.exitCode = 78;
    return undefined;
  }
}
