// npm run bench [-- --seconds N]: measures whole checkouts on this machine and ends with the prover.
// npm run bench -- ledger [--accounts N --seconds N --transfers N]: measures the ledger beside PostgreSQL's own TPC-B.
// npm run bench -- close [lots]: measures the close of a month, with a million lots.
import { fail, handOver, prepare } from '../up/prepare.mjs';

const [what, ...rest] = process.argv.slice(2);
const entries = { ledger: 'dist/tools/bench/ledger/main.js', close: 'dist/apps/wallet/bench/close.js' };

try {
  await prepare();
  const entry = entries[what];
  process.exitCode = await handOver(entry ?? 'dist/tools/bench/main.js', entry ? rest : process.argv.slice(2), {
    flags: ['--enable-source-maps'],
  });
} catch (error) {
  fail(error);
}
