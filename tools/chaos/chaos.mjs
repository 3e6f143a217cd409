// npm run chaos [-- --rounds N --seed N]: kills everything, one after another, while people buy; then the prover has the word.
import { fail, handOver, prepare } from '../up/prepare.mjs';

try {
  await prepare();
  process.exitCode = await handOver('dist/tools/chaos/main.js', process.argv.slice(2), {
    flags: ['--enable-source-maps'],
  });
} catch (error) {
  fail(error);
}
