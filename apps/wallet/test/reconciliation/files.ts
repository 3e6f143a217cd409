import { newId } from '@florin/kernel';

/** A line of a processor's report, in cents. */
export interface ReportLine {
  id?: string;
  day?: string;
  category: 'charge' | 'refund' | 'payout' | 'fee' | 'dispute' | 'other';
  gross: number;
  fee?: number;
  intent?: string | undefined;
  ref?: string;
  description?: string;
  currency?: string;
}

export const today = (daysAgo = 0): string => new Date(Date.now() - daysAgo * 86_400_000).toISOString().slice(0, 10);
/** ISO 20022 allows 35 characters. */
const shortId = (): string => newId().replaceAll('-', '');
const major = (minor: number): string => `${minor < 0 ? '-' : ''}${(Math.abs(minor) / 100).toFixed(2)}`;
const quoted = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

const header =
  'balance_transaction_id,created_utc,available_on_utc,currency,gross,fee,net,reporting_category,source_id,description,payment_intent_id,payment_metadata[ref]';

/** The report "Balance change from activity", itemized, as Stripe writes it. */
export function stripeReport(lines: readonly ReportLine[]): string {
  const rows = lines.map(({ id = `txn_${newId()}`, day = today(), fee = 0, currency = 'eur', ...line }) =>
    [
      id,
      `${day} 10:12:33`,
      day,
      currency,
      major(line.gross),
      major(fee),
      major(line.gross - fee),
      line.category,
      line.category === 'payout' ? `po_${id}` : `ch_${id}`,
      line.description ?? '',
      line.intent ?? '',
      line.ref ?? '',
    ]
      .map(quoted)
      .join(','),
  );
  return `${[header, ...rows].join('\n')}\n`;
}

/** An entry of a bank's statement, in cents. */
export interface Entry {
  amount: number;
  day?: string;
  reference?: string;
  endToEndId?: string;
  remittance?: string;
  status?: 'BOOK' | 'PDNG' | 'INFO';
  currency?: string;
  /** What a batch entry is made of, in cents. */
  parts?: { amount: number; endToEndId?: string; reference?: string }[];
  charges?: number;
}

export interface Statement {
  id?: string;
  iban: string;
  opening?: number;
  /** What the bank says is left; the right sum unless said. */
  closing?: number;
  entries: readonly Entry[];
  currency?: string;
}

const money = (amount: number, currency: string): string =>
  `<Amt Ccy="${currency}">${(Math.abs(amount) / 100).toFixed(2)}</Amt><CdtDbtInd>${amount < 0 ? 'DBIT' : 'CRDT'}</CdtDbtInd>`;

function balance(code: string, amount: number, day: string, currency: string): string {
  return `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp>${money(amount, currency)}<Dt><Dt>${day}</Dt></Dt></Bal>`;
}

function entry(
  version: '02' | '08',
  { amount, day = today(), reference, status = 'BOOK', currency = 'EUR', ...more }: Entry,
): string {
  const parts = more.parts ?? [{ amount, ...(more.endToEndId && { endToEndId: more.endToEndId }) }];
  const isBatch = more.parts !== undefined;
  const details = parts.map((part) => {
    const refs = `<Refs>${part.reference ? `<AcctSvcrRef>${part.reference}</AcctSvcrRef>` : ''}<EndToEndId>${part.endToEndId ?? 'NOTPROVIDED'}</EndToEndId></Refs>`;
    const priced =
      version === '08'
        ? money(part.amount, currency)
        : `<AmtDtls><TxAmt><Amt Ccy="${currency}">${(Math.abs(part.amount) / 100).toFixed(2)}</Amt></TxAmt></AmtDtls>`;
    const remittance = more.remittance ? `<RmtInf><Ustrd>${more.remittance}</Ustrd></RmtInf>` : '';
    return `<TxDtls>${refs}${priced}<RltdPties><Dbtr>${version === '08' ? '<Pty><Nm>Erika Beispiel</Nm></Pty>' : '<Nm>Erika Beispiel</Nm>'}</Dbtr></RltdPties>${remittance}</TxDtls>`;
  });
  const charges =
    more.charges === undefined
      ? ''
      : `<Chrgs><Rcrd><Amt Ccy="${currency}">${(more.charges / 100).toFixed(2)}</Amt><CdtDbtInd>DBIT</CdtDbtInd><ChrgInclInd>true</ChrgInclInd></Rcrd></Chrgs>`;
  const batch = isBatch ? `<Btch><NbOfTxs>${parts.length}</NbOfTxs></Btch>` : '';
  return [
    `<Ntry>${money(amount, currency)}<Sts>${version === '08' ? `<Cd>${status}</Cd>` : status}</Sts>`,
    `<BookgDt><Dt>${day}</Dt></BookgDt><ValDt><Dt>${day}</Dt></ValDt>`,
    reference === undefined ? '' : `<AcctSvcrRef>${reference}</AcctSvcrRef>`,
    `<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>${charges}`,
    `<NtryDtls>${batch}${details.join('')}</NtryDtls></Ntry>`,
  ].join('');
}

/** A bank's statement as camt.053. */
export function camt(statements: readonly Statement[] | Statement, version: '02' | '08' = '08'): string {
  const list = Array.isArray(statements) ? (statements as readonly Statement[]) : [statements as Statement];
  const bodies = list.map(({ id = shortId(), iban, opening = 0, entries, currency = 'EUR', closing }) => {
    const booked = entries.filter(({ status = 'BOOK' }) => status === 'BOOK');
    const sum = booked.reduce((total, { amount }) => total + amount, 0);
    return [
      `<Stmt><Id>${id}</Id><ElctrncSeqNb>1</ElctrncSeqNb><CreDtTm>${today()}T18:00:00</CreDtTm>`,
      `<Acct><Id><IBAN>${iban}</IBAN></Id><Ccy>${currency}</Ccy></Acct>`,
      balance('OPBD', opening, today(1), currency),
      balance('CLBD', closing ?? opening + sum, today(), currency),
      ...entries.map((one) => `\n${entry(version, one)}`),
      '\n</Stmt>',
    ].join('');
  });
  return `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.${version}">
<BkToCstmrStmt><GrpHdr><MsgId>${shortId()}</MsgId><CreDtTm>${today()}T18:00:00</CreDtTm></GrpHdr>
${bodies.join('\n')}
</BkToCstmrStmt></Document>
`;
}
