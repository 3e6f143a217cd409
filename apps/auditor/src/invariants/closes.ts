import { hashOf } from '@florin/kernel';
import { type Invariant, type Offender, within } from '../invariant';
import type { Reader } from '../store';

interface Close {
  id: string;
  merchant: string;
  period: string;
  inputs: { settings: { program_id: string; version: number }[] };
  inputs_hash: string;
  result_hash: string;
  previous_hash: string | null;
  before_hash: string | null;
  hash: string;
}

const lineColumns = `program_id, currency, cohort, issued_points, redeemed_points, expired_points, outstanding_points, expected_points, expected_low_points, expected_high_points,
  price_minor, recognised_minor, opening_minor, additions_minor, clawed_back_minor, redeemed_minor, breakage_minor, expired_minor, closing_minor, prior_period_minor`;

const foots = within({
  service: 'wallet',
  name: 'closes.roll-forwards-foot',
  says: 'Every line of a close opens where the close before ended, foots, and leaves what of its price is not recognised.',
  examined: 'close_lines',
  offenders: `
    SELECT 'close:' || line.close_id AS subject, format('program %s of %s: opening %s after %s, closing %s, price %s, recognised %s', line.program_id, line.cohort, line.opening_minor,
      coalesce(before.closing_minor, 0), line.closing_minor, line.price_minor, line.recognised_minor) AS detail
    FROM close_lines line JOIN closes close ON close.id = line.close_id
    LEFT JOIN close_lines before ON before.close_id = close.previous_id AND before.program_id = line.program_id AND before.currency = line.currency AND before.cohort = line.cohort
    WHERE line.opening_minor <> coalesce(before.closing_minor, 0) OR line.closing_minor <> line.price_minor - line.recognised_minor
      OR line.opening_minor + line.additions_minor - line.clawed_back_minor - line.redeemed_minor - line.breakage_minor - line.expired_minor <> line.closing_minor`,
});

const inTurn = within({
  service: 'wallet',
  name: 'closes.are-in-turn-by-two',
  says: 'Months are closed one after the other, each by two people, and a merchant is closed through its last one.',
  examined: 'closes',
  offenders: `
    SELECT 'close:' || close.id AS subject, format('%s after %s, prepared by %s, approved by %s', period, before, prepared_by, approved_by) AS detail FROM (
      SELECT *, lag(period) OVER (PARTITION BY merchant_id ORDER BY period) AS before, lag(id) OVER (PARTITION BY merchant_id ORDER BY period) AS before_id FROM closes WHERE state = 'closed'
    ) close
    WHERE previous_id IS DISTINCT FROM before_id OR prepared_by = approved_by OR to_date(before, 'YYYY-MM') + interval '1 month' <> to_date(period, 'YYYY-MM')
    UNION ALL
    SELECT 'merchant:' || coalesce(books.merchant_id, closed.merchant_id), format('closed through %s, the last close is %s', closed_through, closed.period)
    FROM liability_books books FULL JOIN (SELECT merchant_id, max(period) AS period FROM closes WHERE state = 'closed' GROUP BY 1) closed USING (merchant_id)
    WHERE books.closed_through IS DISTINCT FROM closed.period`,
});

const nothingAfter = within({
  service: 'wallet',
  name: 'closes.stay-closed',
  says: 'Nothing is booked into a closed month on the accounts of closes: each stands at its end as the close left it.',
  examined: `closes WHERE state = 'closed'`,
  offenders: `
    SELECT 'close:' || line.close_id AS subject, format('program %s: closed with %s, the account says %s', program_id, line.closing, coalesce(sum(posting.amount), 0)) AS detail
    FROM (
      SELECT close_id, merchant_id, period, program_id, currency, sum(closing_minor) AS closing FROM close_lines JOIN closes ON id = close_id AND state = 'closed' GROUP BY 1, 2, 3, 4, 5
    ) line
    LEFT JOIN ledger_accounts account ON account.code = concat_ws(':', 'merchant', line.merchant_id, 'contract-liability', line.program_id, line.currency)
    LEFT JOIN ledger_postings posting ON posting.account_id = account.id AND posting.effective_at < (to_date(line.period, 'YYYY-MM') + interval '1 month') AT TIME ZONE 'UTC'
    GROUP BY line.close_id, line.program_id, line.closing HAVING line.closing <> coalesce(sum(posting.amount), 0)`,
});

/** What went into a close, read again from the events of the lots and the settings that it names. */
async function inputsOf(reader: Reader, { merchant, period, inputs }: Close): Promise<string> {
  const happened = await reader.query<{ programId: string }>(
    `SELECT program_id AS "programId", currency, cohort, period, kind, late, count(*) AS count, sum(points)::bigint AS points, sum(price_minor)::bigint AS "priceMinor",
       sum(('x' || substr(md5(concat_ws('|', lot_id, source_id, points, price_minor)), 1, 15))::bit(60)::bigint::numeric)::text AS digest
     FROM liability_events WHERE merchant_id = $1 AND period <= $2 GROUP BY program_id, currency, cohort, period, kind, late
     ORDER BY program_id, currency COLLATE "C", cohort COLLATE "C", period COLLATE "C", kind COLLATE "C", late`,
    [merchant, period],
  );
  const values = await reader.query<{ programId: string }>(
    `SELECT program_id AS "programId", version, point_value_micros AS "pointValueMicros", redemption_bps AS "redemptionBps", prior_weight_points AS "priorWeightPoints",
       spread_bps AS "spreadBps" FROM liability_settings WHERE (program_id, version) IN (SELECT * FROM unnest($1::uuid[], $2::integer[]))`,
    [inputs.settings.map(({ program_id }) => program_id), inputs.settings.map(({ version }) => version)],
  );
  const byProgram = new Map(values.map((setting) => [setting.programId, setting]));
  const programs = [...new Set(happened.map(({ programId }) => programId))];
  const settings = programs.map((program) => byProgram.get(program) ?? null);
  return hashOf({ merchantId: merchant, period, happened, settings });
}

async function faultOf(reader: Reader, close: Close): Promise<string | undefined> {
  const lines = await reader.query(
    `SELECT ${lineColumns} FROM close_lines WHERE close_id = $1 ORDER BY program_id, currency, cohort`,
    [close.id],
  );
  const { inputs_hash: inputsHash, result_hash: resultHash, previous_hash: previousHash } = close;
  if (hashOf(lines) !== resultHash) return 'its lines are not those that were hashed';
  if (previousHash !== close.before_hash) return 'the close before it is not the one that it was chained to';
  if (hashOf({ previousHash, inputsHash, resultHash }) !== close.hash) return 'its hash is not that of its content';
  if ((await inputsOf(reader, close)) !== inputsHash) return 'what it was computed from is no longer there';
  return undefined;
}

/** Reads every closed month anew; the events of a house are added up once per close, so old houses take their time. */
const hashed: Invariant = {
  name: 'closes.hashes-verify',
  says: 'Every closed month can be hashed again from its lines, the events behind it and the close before, to the same hash.',
  services: ['wallet'],
  async look(view) {
    const reader = view.of('wallet');
    const closes = await reader.query<Close>(
      `SELECT close.id, close.merchant_id AS merchant, close.period, close.inputs, close.inputs_hash, close.result_hash, close.previous_hash, before.hash AS before_hash, close.hash
       FROM closes close LEFT JOIN closes before ON before.id = close.previous_id WHERE close.state = 'closed' ORDER BY close.merchant_id, close.period`,
    );
    const offenders: Offender[] = [];
    for (const close of closes) {
      if (offenders.length >= view.limit) break;
      const detail = await faultOf(reader, close);
      if (detail !== undefined) offenders.push({ subject: `close:${close.id}`, detail: `${close.period}: ${detail}` });
    }
    return { examined: closes.length, offenders };
  },
};

export const closeInvariants: Invariant[] = [foots, inTurn, nothingAfter, hashed];
