// npm start: from a fresh checkout to a running Florin. Installs, compiles, then hands over to dist/tools/up/main.js.
import { fail, handOver, prepare } from './prepare.mjs';

const args = process.argv.slice(2);
const quiet = args.includes('--json') || args.includes('--status') || args.includes('--help');

try {
  await prepare({ quiet });
  process.exitCode = await handOver('dist/tools/up/main.js', args, {
    flags: ['--enable-source-maps'],
    env: { FLORIN_STARTED_AT: String(performance.timeOrigin) },
  });
} catch (error) {
  fail(error);
}
