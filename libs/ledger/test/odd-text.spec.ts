import { type Bank, fresh, openBank } from './fixture';

let bank: Bank;
beforeAll(async () => {
  bank = await openBank();
});
afterAll(() => bank.close());

it.each(['"', '\\', '{},', 'NULL', ' space ', "it's", 'ünï✓', '\\"{', '\n\t', '$1'])(
  'keeps %j as it is in codes, keys, kinds, references and metadata',
  async (odd) => {
    const [from, to, key] = [fresh(`${odd} from`), fresh(`to ${odd}`), fresh(odd)];
    await bank.run((tx) =>
      bank.ledger.open(tx, [
        { code: from, asset: odd, allowNegative: true },
        { code: to, asset: odd, labels: { [odd]: odd } },
      ]),
    );
    const postings = [
      { account: from, amountMinor: -5 },
      { account: to, amountMinor: 5 },
    ];
    const input = { key, kind: odd, reference: odd + key, postings, metadata: { [odd]: odd, none: null } };
    await bank.run((tx) => bank.ledger.post(tx, [input]));
    expect(await bank.run((tx) => bank.ledger.post(tx, [input]))).toMatchObject([{ ok: true, replayed: true }]);
    const [journal] = await bank.run((tx) => bank.ledger.journals(tx, { reference: odd + key }));
    expect(journal).toMatchObject({ key, kind: odd, metadata: input.metadata });
    expect(journal?.postings).toMatchObject(postings);
    expect(await bank.run((tx) => bank.ledger.accounts(tx, { labels: { [odd]: odd } }))).toMatchObject([
      { code: to, posted: 5, labels: { [odd]: odd } },
    ]);
  },
);
