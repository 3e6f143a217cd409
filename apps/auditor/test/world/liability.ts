import { createHash } from 'node:crypto';
import { canonicalJson, newId } from '@florin/kernel';
import type { Client } from 'pg';
import { beginning, type House, storyAt } from './house';
import type { Stores } from './stores';
import { accounts, currency, type Member } from './things';

/** A point is worth one minor unit here, and every lot took as much of its order's price. */
const pointValueMicros = 1_000_000;
const recognisedMinor = 7;
const month = storyAt.toISOString().slice(0, 7);
const setting = { redemption_bps: 9_000, prior_weight_points: 10_000, spread_bps: 1_000 };

const contractLiability = (merchantId: string, programId: string) =>
  `merchant:${merchantId}:contract-liability:${programId}:${currency}`;
const breakageIncome = (merchantId: string) => `merchant:${merchantId}:breakage-income:${currency}`;
const partner = (merchantId: string) => `merchant:${merchantId}`;
const partnerAccount = (merchantId: string) => `partner:${partner(merchantId)}:settlement:${currency}`;
const hashOf = (value: unknown) => createHash('sha256').update(canonicalJson(value)).digest('hex');

interface Lot {
  id: string;
  orderId: string;
  receiptId: string;
  member: Member;
  points: number;
  clawedBack: number;
}

/** What the story names of it, for those who spoil it. */
export interface Books {
  closeId: string;
  lotId: string;
  programId: string;
  openRedemptionId: string;
  settlementId: string;
}

/** The money side of points: lots that are owed, a month that is closed, and partners who settle. */
export class Liability {
  readonly books: Books = {
    closeId: newId(),
    lotId: '',
    programId: '',
    openRedemptionId: newId(),
    settlementId: newId(),
  };
  private readonly lots: Lot[] = [];

  constructor(private readonly house: House) {}

  take(id: string, receiptId: string, orderId: string, member: Member, points: number): void {
    this.lots.push({ id, orderId, receiptId, member, points, clawedBack: 0 });
    this.post(`points-deferred:${id}`, 'points_deferred', member, points);
    this.event(id, member, 'earned', receiptId, points, points);
  }

  clawBack(lotId: string, refundId: string, points: number): void {
    const lot = this.lots.find(({ id }) => id === lotId);
    if (!lot || points === 0) return;
    lot.clawedBack += points;
    this.post(`points-clawed-back:${refundId}:${lotId}`, 'points_clawed_back', lot.member, -points);
    this.event(lotId, lot.member, 'clawed_back', refundId, points, -points);
  }

  /** Writes lots, what partners owe and what was paid in ahead, as it stands in the end. */
  close(strangerId: string): void {
    const { stores } = this.house;
    const [first] = this.lots;
    if (!first) throw new Error('somebody earned');
    const { merchantId, programId = '' } = first.member;
    Object.assign(this.books, { lotId: first.id, programId });
    const program = { program_id: programId, version: 1 };
    stores.add('wallet', 'liability_programs', { ...program, merchant_id: merchantId, currency });
    const values = { point_value_micros: pointValueMicros, ...setting, changed_by: 'system' };
    stores.add('wallet', 'liability_settings', { ...program, ...values, changed_at: beginning });
    for (const { id, orderId, member, points, clawedBack } of this.lots) {
      const left = points - clawedBack;
      stores.add('wallet', 'liability_lots', {
        id,
        program_id: programId,
        merchant_id: merchantId,
        member_id: member.id,
        order_id: orderId,
        currency,
        setting_version: 1,
        cohort: month,
        points,
        redeemed: 0,
        expired: 0,
        clawed_back: clawedBack,
        allocated_minor: points,
        price_minor: left,
        unrecognised_minor: left - (id === first.id ? recognisedMinor : 0),
        issued_at: storyAt,
      });
      stores.add('wallet', 'liability_lot_funders', { lot_id: id, funder: partner(merchantId), share_bps: 10_000 });
    }
    this.bookClose(merchantId, programId);
    this.settle(first, merchantId, strangerId);
    this.prefund(merchantId);
  }

  /** Closes the month once everything is written: the hashes are of what is there. */
  async closeMonth(stores: Stores): Promise<void> {
    const [first] = this.lots;
    const { merchantId = '', programId = '' } = first?.member ?? {};
    await stores.onDatabase('wallet', async (client) => {
      await client.query('SET session_replication_role = replica');
      await this.writeClose(client, merchantId, programId);
    });
  }

  private async writeClose(client: Client, merchantId: string, programId: string): Promise<void> {
    const issued = this.lots.reduce((sum, lot) => sum + lot.points - lot.clawedBack, 0);
    const added = this.lots.reduce((sum, lot) => sum + lot.points, 0);
    const line = {
      program_id: programId,
      currency,
      cohort: month,
      issued_points: issued,
      redeemed_points: 0,
      expired_points: 0,
      outstanding_points: issued,
      expected_points: issued - 1,
      expected_low_points: 0,
      expected_high_points: issued,
      price_minor: issued,
      recognised_minor: recognisedMinor,
      opening_minor: 0,
      additions_minor: added,
      clawed_back_minor: added - issued,
      redeemed_minor: 0,
      breakage_minor: recognisedMinor,
      expired_minor: 0,
      closing_minor: issued - recognisedMinor,
      prior_period_minor: 0,
    };
    const { rows } = await client.query<{ happened: { count: number; points: number; priceMinor: number }[] }>(
      `SELECT json_agg(happened) AS happened FROM (
         SELECT program_id AS "programId", currency, cohort, period, kind, late, count(*) AS count, sum(points)::bigint AS points,
           sum(price_minor)::bigint AS "priceMinor",
           sum(('x' || substr(md5(concat_ws('|', lot_id, source_id, points, price_minor)), 1, 15))::bit(60)::bigint::numeric)::text AS digest
         FROM liability_events GROUP BY program_id, currency, cohort, period, kind, late ORDER BY kind COLLATE "C") happened`,
    );
    const { redemption_bps: redemptionBps, prior_weight_points: priorWeightPoints, spread_bps: spreadBps } = setting;
    const settings = [{ programId, version: 1, pointValueMicros, redemptionBps, priorWeightPoints, spreadBps }];
    const inputsHash = hashOf({ merchantId, period: month, happened: rows[0]?.happened, settings });
    const resultHash = hashOf([line]);
    const close = {
      id: this.books.closeId,
      merchant_id: merchantId,
      period: month,
      state: 'closed',
      inputs: { settings: [{ program_id: programId, version: 1 }], events: 0 },
      inputs_hash: inputsHash,
      result_hash: resultHash,
      hash: hashOf({ previousHash: null, inputsHash, resultHash }),
      prepared_by: 'finance',
      prepared_at: storyAt,
      approved_by: 'ops',
      closed_at: storyAt,
    };
    const books = { merchant_id: merchantId, closed_through: month };
    const written = { closes: close, close_lines: { close_id: close.id, ...line }, liability_books: books };
    for (const [table, row] of Object.entries(written)) {
      const columns = Object.keys(row).join(', ');
      await client.query(
        `INSERT INTO ${table} (${columns}) SELECT ${columns} FROM json_populate_record(NULL::${table}, $1::json)`,
        [JSON.stringify(row)],
      );
    }
  }

  private bookClose(merchantId: string, programId: string): void {
    this.house.stores.account('wallet', breakageIncome(merchantId), currency, true);
    this.book(`close_breakage:${this.books.closeId}:${programId}:${currency}`, 'close_breakage', [
      [contractLiability(merchantId, programId), -recognisedMinor],
      [breakageIncome(merchantId), recognisedMinor],
    ]);
  }

  /** Two redemptions at the stranger's: one was settled and paid, the other is to be settled next time. */
  private settle(lot: Lot, merchantId: string, strangerId: string): void {
    const { stores } = this.house;
    const { settlementId, openRedemptionId, programId } = this.books;
    for (const id of [merchantId, strangerId]) stores.account('wallet', partnerAccount(id), currency, true);
    const pair = { debtor: partner(merchantId), creditor: partner(strangerId) };
    const owe = (redemption_id: string, amount_minor: number, settled: string | null) => {
      const what = { program_id: programId, currency, points: amount_minor, amount_minor, period: month };
      stores.add('wallet', 'settlement_entries', {
        redemption_id,
        lot_id: lot.id,
        ...pair,
        ...what,
        redeemed_at: storyAt,
        settlement_id: settled,
      });
      this.book(`points-burned:${redemption_id}`, 'points_burned_elsewhere', [
        [partnerAccount(merchantId), -amount_minor],
        [partnerAccount(strangerId), amount_minor],
      ]);
    };
    owe(newId(), 11, settlementId);
    owe(openRedemptionId, 5, null);
    const issued = { issued_at: storyAt };
    stores.add('wallet', 'settlements', { id: settlementId, period: month, currency, issued_by: 'ops', ...issued });
    const [invoiceId, transferId] = [newId(), newId()];
    const invoice = { id: invoiceId, settlement_id: settlementId, ...pair, number: '1', currency, total_minor: 11 };
    stores.add('wallet', 'settlement_invoices', { ...invoice, ...issued });
    const counted = { program_id: programId, redemptions: 1, points: 11, amount_minor: 11 };
    stores.add('wallet', 'settlement_invoice_lines', { invoice_id: invoiceId, line: 1, ...counted });
    const transfer = { id: transferId, settlement_id: settlementId, ...pair, currency, amount_minor: 11 };
    const paid = { state: 'paid', reference: 'SEPA', paid_by: 'ops', paid_at: storyAt };
    stores.add('wallet', 'settlement_transfers', { ...transfer, ...paid });
    this.book(`settlement-paid:${transferId}`, 'settlement_paid', [
      [partnerAccount(strangerId), -11],
      [partnerAccount(merchantId), 11],
    ]);
  }

  private prefund(merchantId: string): void {
    const { stores } = this.house;
    const id = newId();
    const committed_minor = this.lots.reduce((sum, lot) => sum + lot.points - lot.clawedBack, 0);
    const of = { merchant_id: merchantId, currency, enforced: false };
    stores.add('wallet', 'prefunding', { ...of, balance_minor: 1_000, committed_minor, version: 2 });
    const deposit = { kind: 'deposit', amount_minor: 1_000, changed_by: 'finance', changed_at: storyAt };
    stores.add('wallet', 'prefunding_changes', { id, ...of, ...deposit });
    const [own, bank] = ['prefunding', 'prefunding-bank'].map((what) => `merchant:${merchantId}:${what}:${currency}`);
    if (!own || !bank) throw new Error('there are two accounts');
    stores.account('wallet', own, currency);
    stores.account('wallet', bank, currency, true);
    this.book(`prefunding:${id}`, 'prefunding', [
      [bank, -1_000],
      [own, 1_000],
    ]);
  }

  private post(key: string, kind: string, { merchantId, programId = '' }: Member, amountMinor: number): void {
    this.house.stores.account('wallet', contractLiability(merchantId, programId), currency, true);
    this.book(key, kind, [
      [accounts.sales(merchantId), -amountMinor],
      [contractLiability(merchantId, programId), amountMinor],
    ]);
  }

  private book(key: string, kind: string, postings: [string, number][]): void {
    this.house.stores.book('wallet', {
      operation: 'post',
      input: {
        key,
        kind,
        reference: key,
        effectiveAt: storyAt,
        postings: postings.map(([account, amountMinor]) => ({ account, amountMinor })),
      },
    });
  }

  private event(
    lot_id: string,
    { merchantId, programId }: Member,
    kind: string,
    source_id: string,
    points: number,
    price_minor: number,
  ): void {
    this.house.stores.add('wallet', 'liability_events', {
      id: newId(),
      kind,
      source_id,
      lot_id,
      program_id: programId,
      merchant_id: merchantId,
      currency,
      cohort: month,
      period: month,
      late: false,
      points,
      price_minor,
      happened_at: storyAt,
      written_at: storyAt,
    });
  }
}
