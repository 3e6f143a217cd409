import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { camt, stripeReport, today } from '../../test/reconciliation/files';
import { checkBalances } from './check-balances';
import { mappingFor } from './csv-mapping';
import { readCamt } from './read-camt';
import { readCsv } from './read-csv';

const iban = 'DE02120300000000202051';
const eur = { currency: 'EUR', externalId: iban };
const xml = (text: string) => readCamt(Buffer.from(text), eur);
const refused = (code: string, detail?: RegExp): unknown =>
  expect.objectContaining({ code, ...(detail && { message: expect.stringMatching(detail) }) });

describe('GAP-WAL-11: camt.053', () => {
  it.each(['02', '08'] as const)(
    'is read in version %s: signs, days, references, balances, and nothing of who it was',
    async (version) => {
      const [statement] = await xml(
        camt(
          {
            id: 'STMT-7',
            iban,
            opening: 10_000,
            entries: [
              { amount: 2_550, day: '2026-11-20', reference: 'B1', endToEndId: 'E2E-1', remittance: 'Order 77' },
              { amount: -1_000, day: '2026-11-21', reference: 'B2' },
            ],
          },
          version,
        ),
      );
      expect(statement).toMatchObject({
        reference: 'STMT-7',
        opening: { amountMinor: 10_000 },
        closing: { amountMinor: 11_550 },
        pending: { count: 0, sumMinor: 0 },
      });
      expect(statement?.lines).toMatchObject([
        { reference: 'B1', bookedOn: '2026-11-20', amountMinor: 2_550, endToEndId: 'E2E-1', description: 'Order 77' },
        { reference: 'B2', bookedOn: '2026-11-21', amountMinor: -1_000, endToEndId: null },
      ]);
      expect(JSON.stringify(statement)).not.toContain('Erika');
    },
  );

  it.each(['02', '08'] as const)(
    'gives the parts of a batch (%s), which sum to its entry, or the entry alone where they have no price',
    async (version) => {
      const parts = [
        { amount: 1_000, endToEndId: 'A' },
        { amount: 500, endToEndId: 'B', reference: 'P2' },
      ];
      const [statement] = await xml(camt({ iban, entries: [{ amount: 1_500, reference: 'BATCH', parts }] }, version));
      expect(statement?.lines).toMatchObject([
        { reference: 'BATCH/1', amountMinor: 1_000, endToEndId: 'A' },
        { reference: 'P2', amountMinor: 500, endToEndId: 'B' },
      ]);
      const text = camt({ iban, entries: [{ amount: 1_500, reference: 'BATCH', parts }] }, '02');
      const [unpriced] = await xml(text.replaceAll(/<AmtDtls>.*?<\/AmtDtls>/g, ''));
      expect(unpriced?.lines).toMatchObject([{ reference: 'BATCH', amountMinor: 1_500 }]);
      const wrong = camt({ iban, entries: [{ amount: 1_501, reference: 'BATCH', parts }] }, version);
      await expect(xml(wrong)).rejects.toEqual(refused('batch_differs', /^Line 5, Ntry: .*1500, not 1501/));
    },
  );

  it('counts what is not booked, and takes charges out of the gross', async () => {
    const [statement] = await xml(
      camt({
        iban,
        entries: [
          { amount: 9_700, charges: 300 },
          { amount: 400, status: 'PDNG' },
          { amount: -50, status: 'INFO' },
        ],
      }),
    );
    expect(statement?.lines).toMatchObject([{ amountMinor: 9_700, feeMinor: 300 }]);
    expect(statement?.pending).toEqual({ count: 2, sumMinor: 350 });
  });

  it('reads several statements of one account, and text in ISO-8859-1', async () => {
    const text = camt([
      { iban, opening: 0, entries: [{ amount: 100 }] },
      { iban, opening: 100, entries: [{ amount: 5, remittance: 'Größe' }] },
    ]);
    const latin = Buffer.from(text.replace('UTF-8', 'ISO-8859-1'), 'latin1');
    const statements = await readCamt(latin, eur);
    expect(statements.map(({ lines }) => lines.length)).toEqual([1, 1]);
    expect(statements[1]?.lines[0]?.description).toBe('Größe');
    expect((await readCamt(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(text)]), eur)).length).toBe(2);
  });

  it('names the line that the balances trip over', async () => {
    const [statement] = await xml(
      camt({ iban, opening: 1_000, closing: 2_200, entries: [{ amount: 1_200 }, { amount: 340 }] }),
    );
    expect(statement).toBeDefined();
    if (statement) expect(() => checkBalances(statement, 'EUR')).toThrow(/^Line 6: .*off by 3\.40.*too much/);
  });

  it('reads the file of a bank, in its encoding, with a batch, charges and what is only announced', async () => {
    const file = join(__dirname, '../../test/reconciliation/bank-day.camt053.02.xml');
    const [statement] = await readCamt(readFileSync(file), eur);
    expect(statement).toMatchObject({
      reference: 'STMT-2026-223',
      opening: { amountMinor: 1_204_017 },
      closing: { amountMinor: 1_321_592 },
      pending: { count: 1, sumMinor: 23_100 },
    });
    expect(statement?.lines).toMatchObject([
      { reference: '2026111900001877', amountMinor: 128_450, description: 'STRIPE PAYOUT po_1QzHarbour19' },
      { reference: '2026111900002203/1', amountMinor: -4_875, valueOn: '2026-11-20' },
      { reference: '2026111900002203/2', amountMinor: -5_000, endToEndId: '019A9C6B5D4E7000A000000000000002' },
      { reference: '2026111900002999', amountMinor: -1_000, description: 'Kontoführung & Entgelte' },
    ]);
    if (statement) expect(() => checkBalances(statement, 'EUR')).not.toThrow();
    expect(JSON.stringify(statement)).not.toContain('DE75512108001245126199');
  });

  const good = camt({ iban, entries: [{ amount: 100 }] });
  const doctype = (inner: string) => good.replace('<Document', `<!DOCTYPE Document [${inner}]>\n<Document`);
  const laughs = ['lol', ...Array.from({ length: 9 }, (_, n) => `lol${n + 1}`)]
    .map((name, n, all) => `<!ENTITY ${name} "${n === 0 ? 'ha' : `&${all[n - 1]};`.repeat(10)}">`)
    .join('');
  it.each([
    ['a billion laughs', doctype(laughs).replace('NOTPROVIDED', '&lol9;'), 'xml_document_type'],
    [
      'an external entity',
      doctype('<!ENTITY x SYSTEM "file:///etc/passwd">').replace('NOTPROVIDED', '&x;'),
      'xml_document_type',
    ],
    [
      'an external document type',
      good.replace('<Document', '<!DOCTYPE d SYSTEM "http://127.0.0.1/x.dtd">\n<Document'),
      'xml_document_type',
    ],
    ['an entity of HTML', good.replace('NOTPROVIDED', '&nbsp;'), 'xml_malformed'],
    ['a tag that is not closed', good.replace('</Ntry>', ''), 'xml_malformed'],
    ['half a file', good.slice(0, 700), 'xml_malformed'],
    ['two roots', `${good}<a/>`, 'statement_format_unknown'],
    ['no XML', 'a;b;c\n', 'xml_malformed'],
    ['another message', good.replace('camt.053.001.08', 'camt.054.001.08'), 'statement_format_unknown'],
    [
      'another namespace',
      good.replace('urn:iso:std:iso:20022:tech:xsd:camt', 'urn:evil:camt'),
      'statement_format_unknown',
    ],
    ['nesting without end', good.replace('<Refs>', '<Refs>'.repeat(200)), 'xml_malformed'],
    ['another account', good.replaceAll(iban, 'DE88100900001234567892'), 'account_differs'],
    ['another currency', good.replaceAll('"EUR"', '"USD"'), 'currency_differs'],
    ['an account in another currency', good.replace('<Ccy>EUR', '<Ccy>CHF'), 'currency_differs'],
    ['a negative amount', good.replace('>1.00<', '>-1.00<'), 'amount_invalid'],
    ['an amount in exponents', good.replace('>1.00<', '>1e9<'), 'amount_invalid'],
    ['an amount with half cents', good.replace('>1.00<', '>1.005<'), 'amount_invalid'],
    [
      'no direction',
      good.replace('<CdtDbtInd>CRDT</CdtDbtInd><Sts>', '<CdtDbtInd>UP</CdtDbtInd><Sts>'),
      'direction_invalid',
    ],
    ['a day that is none', good.replaceAll(today(), '2026-02-30'), 'day_invalid'],
    ['no balances', good.replaceAll(/<Bal>.*?<\/Bal>/g, ''), 'balance_missing'],
    ['no statement', good.replace(/<Stmt>[^]*<\/Stmt>/, ''), 'statement_empty'],
    ['UTF-16', `${good}\u0000`, 'file_not_text'],
    ['an encoding of its own', good.replace('UTF-8', 'EBCDIC-1'), 'encoding_unknown'],
  ])('refuses %s', async (_, text, code) => {
    await expect(xml(text)).rejects.toEqual(refused(code));
  });

  it('says where the XML breaks, and where bytes are no text', async () => {
    await expect(xml(good.replace('</Ntry>', ''))).rejects.toEqual(refused('xml_malformed', /^Line 6, column \d+: /));
    const bytes = Buffer.from(good.replace('NOTPROVIDED', 'Gr\u00f6\u00dfe'), 'latin1');
    await expect(readCamt(bytes, eur)).rejects.toEqual(refused('file_not_text', /^Line 5: /));
  });

  it('keeps no card number and no control character', async () => {
    const [statement] = await xml(
      camt({
        iban,
        entries: [{ amount: 100, reference: '4242 4242 4242 4242', remittance: 'card 4242424242424242 &#7;!' }],
      }).replace('&#7;', ''),
    );
    expect(JSON.stringify(statement)).not.toMatch(/4242.?4242/);
    expect(statement?.lines[0]).toMatchObject({
      description: '[held a card number]',
      reference: expect.stringMatching(/^sha256-/),
    });
  });
});

describe('GAP-WAL-11: CSV', () => {
  const stripe = mappingFor('processor');
  const csv = (text: string | Buffer, mapping = stripe) =>
    readCsv(Buffer.from(text), mapping, { ...eur, externalId: 'acct_1' });
  const report = stripeReport([
    {
      id: 'txn_1',
      day: '2026-11-20',
      category: 'charge',
      gross: 10_000,
      fee: 320,
      intent: 'pi_1',
      ref: 'ours',
      description: 'A, "B"',
    },
  ]);
  const semicolons = {
    ...mappingFor('bank'),
    delimiter: ';' as const,
    encoding: 'iso-8859-1' as const,
    decimal: ',' as const,
    date_format: 'DD.MM.YYYY' as const,
    skip_lines: 2,
    columns: {
      reference: 'Beleg',
      booked_on: 'Buchungstag',
      debit: 'Soll',
      credit: 'Haben',
      description: 'Zweck',
      balance: 'Saldo',
      status: 'Art',
    },
    pending: ['vorgemerkt'],
  };
  const german = [
    'Kontoauszug;;;;;;',
    '',
    'Beleg;Buchungstag;Soll;Haben;Zweck;Saldo;Art',
    '1;02.11.2026;;1.234,50;Müller & Söhne;2.234,50;gebucht',
    '2;03.11.2026;-200,00;;Miete;2.034,50;gebucht',
    '3;04.11.2026;;9,99;kommt noch;;vorgemerkt',
  ].join('\r\n');

  it('is read by the mapping of its account', async () => {
    expect((await csv(report)).lines).toEqual([
      {
        fileLine: 2,
        reference: 'txn_1',
        bookedOn: '2026-11-20',
        valueOn: '2026-11-20',
        amountMinor: 9_680,
        feeMinor: 320,
        category: 'payment',
        endToEndId: 'ours',
        providerReference: 'pi_1',
        description: 'A, "B"',
      },
    ]);
    expect((await csv(`\ufeff${report}`)).lines).toHaveLength(1);
    const other = await csv(Buffer.from(german, 'latin1'), semicolons);
    expect(other.lines).toMatchObject([
      { amountMinor: 123_450, bookedOn: '2026-11-02', description: 'Müller & Söhne' },
      { amountMinor: -20_000, bookedOn: '2026-11-03' },
    ]);
    expect(other).toMatchObject({
      opening: { amountMinor: 100_000 },
      closing: { amountMinor: 203_450 },
      pending: { count: 1, sumMinor: 999 },
    });
  });

  it.each([
    ['an open quote', report.replace('"A,', '"""A,').replace('""B"""', 'B'), 'csv_malformed', /^Line \d/],
    ['a line with too few columns', `${report}a,b\n`, 'csv_malformed', /^Line 3/],
    ['a column that is not there', report.replace('net,', 'netto,'), 'column_missing', /^Line 1, net: /],
    ['an amount that is none', report.replace('96.80', 'ninety'), 'amount_invalid', /^Line 2, net: /],
    ['an amount of half cents', report.replace('96.80', '96.805'), 'amount_invalid', /^Line 2, net: /],
    ['an amount beyond counting', report.replace('96.80', '99999999999999999.00'), 'amount_invalid', /^Line 2/],
    ['a day that is none', report.replaceAll('2026-11-20', '2026-13-01'), 'day_invalid', /^Line 2, created_utc: /],
    ['another currency', report.replace(',eur,', ',usd,'), 'currency_differs', /^Line 2, currency: /],
    ['a line without a reference', report.replace('txn_1', ''), 'reference_missing', /^Line 2/],
    ['no lines at all', '', 'statement_empty', /header/],
  ])('refuses %s, with its place', async (_, text, code, detail) => {
    await expect(csv(text)).rejects.toEqual(refused(code, detail));
  });

  it('names the line where the running balance breaks', async () => {
    const text = Buffer.from(german.replace('2.034,50', '2.034,51'), 'latin1');
    await expect(csv(text, semicolons)).rejects.toEqual(refused('balance_unexplained', /^Line 5, Saldo: /));
  });

  it('stops at the first line too many', async () => {
    const line = report.split('\n')[1];
    const text = `${report.split('\n')[0]}\n${`${line}\n`.repeat(100_001)}`;
    await expect(csv(text)).rejects.toEqual(refused('statement_too_long', /line 100002/));
  }, 60_000);
});
