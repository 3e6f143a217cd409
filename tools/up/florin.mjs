// npm run florin -- …: what an operator does from a shell. Compiles what changed, then hands over to dist/tools/up/cli/florin.js.
import { fail, handOver, prepare } from './prepare.mjs';

try {
  await prepare({ quiet: true });
  process.exitCode = await handOver('dist/tools/up/cli/florin.js', process.argv.slice(2), {
    flags: ['--enable-source-maps'],
  });
} catch (error) {
  fail(error);
}
