// Which rows of docs/features.tsv have a passing test, from the last `npm test`.
//   npm run features [-- --missing] [--service wallet] [--json]
import { build } from '../build/build.mjs';

await build();
const { default: features } = await import('../../dist/tools/features/report.js');
process.exitCode = features.printReport(new URL('../..', import.meta.url).pathname, process.argv.slice(2));
