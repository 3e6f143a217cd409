/**
 * How long the prover takes over a house with so many postings: one million by default, of top-ups.
 * Build, then: node dist/apps/auditor/bench/postings.js [postings]
 */
import 'reflect-metadata';
import { DatabaseConfig, openDataSource, Transactions } from '@florin/database';
import { sealChain } from '@florin/ledger';
import { everyInvariant } from '../src/invariants/every-invariant';
import { prove } from '../src/prove';
import { reportOf } from '../src/report';
import { tellStory } from '../test/world/story';
import { Stores } from '../test/world/stores';

const postings = Number(process.argv[2] ?? 1_000_000);
/** The journal of a top-up has two postings. */
const journals = Math.ceil(postings / 2);
const members = Math.min(20_000, journals);
/** Top-ups that share a transaction, as a busy wallet writes them; a link of the hash chain takes whole transactions. */
const perTransaction = 5_000;
const amount = 100;

/** So many top-ups in the order of i, their members, and everything that they leave behind but the books. */
const preparation = (merchant: string): string => `
  CREATE TEMP TABLE people AS SELECT i AS member, gen_random_uuid() AS person, gen_random_uuid() AS account FROM generate_series(0, ${members - 1}) i;
  CREATE TEMP TABLE made AS
    SELECT i, now() - interval '1 hour' + i * interval '1 microsecond' AS at, gen_random_uuid() AS topup, gen_random_uuid() AS payment, gen_random_uuid() AS journal, person, account,
      row_number() OVER (PARTITION BY account ORDER BY i) AS n
    FROM generate_series(1, ${journals}) i JOIN people ON member = i % ${members};
  CREATE INDEX ON made (i);
  INSERT INTO payment_transactions (id, purpose, subject_id, merchant_id, member_id, currency, amount_minor, captured_minor, processor, card_token, state, wants)
    SELECT payment, 'topup', topup, '${merchant}', person, 'EUR', ${amount}, ${amount}, 'sandbox', 'tok_visa', 'captured', 'captured' FROM made;
  INSERT INTO payment_steps (id, payment_id, from_state, to_state, learned_from) SELECT gen_random_uuid(), payment, 'requested', 'captured', 'answer' FROM made;
  INSERT INTO wallet_topups (id, payment_id, merchant_id, member_id, currency, amount_minor, state, settled_at)
    SELECT topup, payment, '${merchant}', person, 'EUR', ${amount}, 'completed', now() FROM made;
  INSERT INTO ledger_accounts (id, code, asset, posted, postings) SELECT account, 'member:' || person || ':merchant:${merchant}:wallet:EUR', 'EUR', count(*) * ${amount}, count(*) FROM made GROUP BY account, person;
  INSERT INTO ledger_accounts (id, code, asset, allow_negative, posted, postings) VALUES (gen_random_uuid(), 'outside', 'EUR', true, -${amount}::bigint * ${journals}, ${journals})`;

/** The books of some of them: a hot account on one side, many on the other. */
const booking = (first: number, last: number): string => `
  INSERT INTO ledger_journals (id, inserted_at, effective_at, tx_order, kind, key, reference)
    SELECT journal, at, at, ledger_tx_order(), 'topup', 'topup:' || topup, 'topup:' || topup FROM made WHERE i BETWEEN ${first} AND ${last};
  INSERT INTO ledger_keys (key, input_hash, result_id) SELECT 'topup:' || topup, '\\x00', journal FROM made WHERE i BETWEEN ${first} AND ${last};
  INSERT INTO ledger_postings (account_id, inserted_at, seq, journal_id, amount, balance_after, effective_at)
    SELECT (SELECT id FROM ledger_accounts WHERE code = 'outside'), at, i, journal, -${amount}, -${amount}::bigint * i, at FROM made WHERE i BETWEEN ${first} AND ${last}
    UNION ALL SELECT account, at, n, journal, ${amount}, ${amount} * n, at FROM made WHERE i BETWEEN ${first} AND ${last}`;

async function fill(stores: Stores, merchant: string): Promise<void> {
  await stores.onDatabase('wallet', async (client) => {
    await client.query(`SET session_replication_role = replica; ${preparation(merchant)}`);
    for (let first = 1; first <= journals; first += perTransaction)
      await client.query(`BEGIN; ${booking(first, Math.min(first + perTransaction - 1, journals))}; COMMIT`);
    await client.query('ANALYZE');
  });
}

async function seal(stores: Stores): Promise<number> {
  const dataSource = await openDataSource(
    DatabaseConfig.from({ DATABASE_URL: stores.urls.wallet, DATABASE_STATEMENT_TIMEOUT_MS: '600000' }),
    'auditor-bench',
  );
  const transactions = new Transactions(dataSource);
  let sealed = 0;
  for (
    let link = await transactions.run((tx) => sealChain(tx, 10_000));
    link;
    link = await transactions.run((tx) => sealChain(tx, 10_000))
  )
    sealed += link.journals;
  await dataSource.destroy();
  return sealed;
}

async function main(): Promise<void> {
  const stores = await Stores.open();
  const { merchant } = await tellStory(stores);
  console.log(`${journals * 2} postings into the wallet's ledger …`);
  await fill(stores, merchant.id);
  console.log(`sealed ${await seal(stores)} journals`);
  const started = performance.now();
  const proof = await prove(
    {
      databases: stores.urls,
      json: false,
      waitSeconds: 0,
      graceSeconds: 60,
      timeoutSeconds: 600,
      limit: 5,
      chain: false,
      only: '',
    },
    everyInvariant,
  );
  console.log(reportOf(proof));
  console.log(`${((performance.now() - started) / 1_000).toFixed(1)} s in all`);
  await stores.drop();
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
