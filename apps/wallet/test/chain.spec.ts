import { Jobs, Transactions } from '@florin/database';
import { verifyChain, type ChainReport } from '@florin/ledger';
import { eventually } from '@florin/testing';
import { House } from './house';

let house: House;
beforeAll(async () => (house = await House.open()));
afterAll(() => house.close());

const chain = (): Promise<ChainReport> => house.service.app.get(Transactions).run((tx) => verifyChain(tx));

it('seals the books into the hash chain, and sees a posting that is changed afterwards', async () => {
  await house.topUp(house.member(), 2_500);
  // A transaction of anybody on the server that is still open delays the seal.
  await eventually(async () => {
    await house.service.app.get(Jobs).runByHand('ledger.seal');
    return (await chain()).unsealed === 0;
  });
  const sealed = await chain();
  expect([sealed.intact, sealed.sealed]).toEqual([true, await house.count('ledger_journals')]);
  expect(sealed.sealed).toBeGreaterThan(0);
  await house.service.query(
    'BEGIN; SET LOCAL session_replication_role = replica; UPDATE ledger_postings SET amount = amount + 1; COMMIT',
  );
  expect((await chain()).intact).toBe(false);
});
