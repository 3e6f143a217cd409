import type { Writable } from 'node:stream';

/**
 * Sends what is written to a socket in one turn of the event loop together. Drivers write statement by statement and frame
 * by frame, and every packet costs a system call here and a wake-up on the other side.
 */
export function corkPerTurn(socket: Writable): void {
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
  let corked = false;
  socket.write = (...args: unknown[]): boolean => {
    if (!corked) {
      corked = true;
      socket.cork();
      process.nextTick(() => {
        corked = false;
        socket.uncork();
      });
    }
    return write(...args);
  };
}
