import type { Balance, Reader } from './types';

/** Posted, held and available of accounts, in the order asked; an unknown code is left out. */
export async function readBalances(reader: Reader, codes: readonly string[]): Promise<Balance[]> {
  const rows = await reader.query<Balance>(
    `SELECT code, asset, posted, held, posted - held AS available FROM ledger_accounts WHERE code = ANY ($1::text[])`,
    [codes],
  );
  const byCode = new Map(rows.map((row) => [row.code, row]));
  return codes.flatMap((code) => byCode.get(code) ?? []);
}
