import { eventually } from '@florin/testing';
import fc from 'fast-check';
import { type Lie, PayoutsHouse, type Status } from './payouts-house';

let payouts: PayoutsHouse;
const told = new Map<string, Lie>();
beforeAll(async () => {
  // The holder is the name of the lie: whatever was drawn for it is what the provider does.
  const lie = ({ holder }: { holder: string }) => told.get(holder) ?? { becomes: ['completed' as const] };
  payouts = await PayoutsHouse.open({ sandbox: { stepMs: 40, slowAnswerMs: 700, lie } });
  await payouts.set({
    fee_fixed_minor: 25,
    auto_approve_below_minor: 1_000_000,
    second_approver_from_minor: 1_000_000,
  });
});
afterAll(() => payouts.close());

const ends: readonly (readonly Status[])[] = [
  ['completed'],
  ['failed'],
  ['processing', 'sent', 'completed'],
  ['processing', 'failed'],
  ['completed', 'returned'],
  ['processing', 'completed', 'returned'],
  ['processing', 'failed', 'completed'],
];
const words = fc.constantFrom<Status>('approved', 'processing', 'sent', 'completed', 'failed', 'returned');
const lies: fc.Arbitrary<Lie> = fc.record(
  {
    becomes: fc.constantFrom(...ends),
    losesQuestions: fc.integer({ min: 0, max: 2 }),
    losesAnswer: fc.boolean(),
    breaksAfterTaking: fc.boolean(),
    hidesMs: fc.constantFrom(0, 0, 300, 900),
    says: fc.array(words, { maxLength: 5 }),
    times: fc.integer({ min: 1, max: 3 }),
  },
  { requiredKeys: ['becomes'] },
);

it('DIF-WAL-5: whatever a provider says of many payouts at once, its book of paid money is ours in the end', async () => {
  let round = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(lies, { minLength: 4, maxLength: 12 }), async (drawn) => {
      round += 1;
      const ids = await Promise.all(
        drawn.map(async (lie, index) => {
          const member = await payouts.house.rich(5_000);
          const holder = `Round ${round} Lie ${index}`;
          told.set(holder, lie);
          return (await payouts.requested(member, 1_000 + index, holder)).id;
        }),
      );
      await payouts.gather();
      const open = `wallet_withdrawals WHERE id = ANY($1::uuid[]) AND state IN ('held', 'submitted', 'unknown')`;
      // Whoever is lied to waits longer each time before asking again.
      await eventually(async () => (await payouts.house.count(open, [ids])) === 0, { timeoutMs: 60_000 });
      await payouts.recheck();
      await payouts.booksAgree();
    }),
    { numRuns: 8, endOnFailure: true },
  );
}, 240_000);
