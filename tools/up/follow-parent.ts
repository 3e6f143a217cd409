/**
 * Loaded into every child before its own code: when the process that started it is gone, however it went, the child
 * stops in order, and if it cannot, it goes anyway. So a crash of the launcher leaves nothing behind.
 */
const patienceMs = 25_000;

process.once('disconnect', () => {
  process.kill(process.pid, 'SIGTERM');
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), patienceMs).unref();
});
// Listening alone must not keep a process alive that has nothing else to do.
process.channel?.unref();
