// npm test [-- path … | -- -t words]: everything, or a part. The last line is `N passed, 0 failed`.
import { fail, handOver, prepare } from '../up/prepare.mjs';

try {
  await prepare();
  process.exitCode = await handOver('dist/tools/test/main.js', process.argv.slice(2), {
    flags: ['--enable-source-maps'],
  });
} catch (error) {
  // Nothing ran, so nothing passed; whoever reads the last line must see that.
  process.once('exit', () => console.log('\n0 passed, 1 failed'));
  fail(error);
}
