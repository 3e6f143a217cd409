import { Writable } from 'node:stream';
import { corkPerTurn } from './cork';
import { sleep } from './time';

function recorder(): { socket: Writable; packets: string[][] } {
  const packets: string[][] = [];
  const socket = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      packets.push([chunk.toString()]);
      done();
    },
    writev: (chunks, done) => {
      packets.push(chunks.map(({ chunk }) => String(chunk)));
      done();
    },
  });
  return { socket, packets };
}

it('sends what is written in one turn together, in order, and the next turn apart', async () => {
  const { socket, packets } = recorder();
  corkPerTurn(socket);
  socket.write('BEGIN');
  await Promise.resolve();
  socket.write('INSERT');
  socket.write('COMMIT');
  await sleep(5);
  socket.write('BEGIN');
  await sleep(5);
  expect(packets).toEqual([['BEGIN', 'INSERT', 'COMMIT'], ['BEGIN']]);
});

it('loses nothing when the socket ends in the same turn', async () => {
  const { socket, packets } = recorder();
  corkPerTurn(socket);
  socket.write('last');
  socket.end('words');
  await new Promise((done) => socket.once('finish', done));
  expect(packets.flat().join(' ')).toBe('last words');
});
