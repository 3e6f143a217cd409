import { chainReportOf, proveChains } from './chain';
import { CannotLook, readWish } from './config';
import { everyInvariant } from './invariants/every-invariant';
import { prove } from './prove';
import { reportOf } from './report';

const statuses = { holds: 0, broken: 1, not_looked: 2 } as const;

/** `florin prove` and `florin prove chain`: 0 when everything holds, 1 when something is broken, 2 when it could not look. */
async function main(): Promise<number> {
  const wish = readWish();
  if (wish.chain) {
    const proof = await proveChains(wish);
    console.log(wish.json ? JSON.stringify(proof, null, 2) : chainReportOf(proof));
    return statuses[proof.verdict];
  }
  const proof = await prove(wish, everyInvariant);
  console.log(wish.json ? JSON.stringify(proof, null, 2) : reportOf(proof));
  return statuses[proof.verdict];
}

main().then(
  (status) => (process.exitCode = status),
  (error: unknown) => {
    console.error(error instanceof CannotLook ? `  ${error.message}` : error);
    process.exitCode = 2;
  },
);
