// npm run bench [-- --seconds N]: measures whole checkouts on this machine and ends with the prover.
import { fail, handOver, prepare } from '../up/prepare.mjs';

try {
  await prepare();
  process.exitCode = await handOver('dist/tools/bench/main.js', process.argv.slice(2), {
    flags: ['--enable-source-maps'],
  });
} catch (error) {
  fail(error);
}
