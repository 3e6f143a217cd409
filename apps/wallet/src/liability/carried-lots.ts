/**
 * What every lot of a merchant carries of its cohort's contract liability, as SQL: the cohort's closing at the last close is
 * spread over its lots by the price of their points that were outstanding then, in id order with cumulative rounding, so that
 * the lots of a cohort sum to it; what was added to or taken off a lot's price since is its own.
 * Parameters: $1 merchant, $2 that close (or null), $3 its month (or ''), $4 the instant that counts ('infinity' for all);
 * of one cohort also $5 program and $6 month of issue.
 * Gives the CTE `carried (id, program_id, member_id, currency, cohort, points, minor, issued_at, …)`.
 */
export const carriedLots = carried('');
export const carriedOfCohort = carried('AND program_id = $5 AND cohort = $6');

function carried(cohort: string): string {
  return `later AS (
    SELECT lot_id, bool_or(kind = 'earned') AS is_new,
      coalesce(sum(points) FILTER (WHERE kind <> 'earned'), 0) AS gone,
      coalesce(sum(points) FILTER (WHERE kind = 'clawed_back'), 0) AS clawed_back,
      sum(price_minor) AS price, coalesce(sum(price_minor) FILTER (WHERE counts_at <= $4), 0) AS price_until,
      coalesce(sum(points) FILTER (WHERE kind <> 'earned' AND counts_at > $4), 0) AS gone_after
    FROM (
      SELECT lot_id, kind, points, price_minor,
        CASE WHEN late THEN (period || '-01')::timestamp AT TIME ZONE 'UTC' ELSE happened_at END AS counts_at
      FROM liability_events WHERE merchant_id = $1 AND period > $3 ${cohort}
    ) event GROUP BY lot_id
  ), lot AS (
    SELECT lot.*, points - redeemed - expired - lot.clawed_back AS outstanding, later.is_new, later.price_until, later.gone_after,
      CASE WHEN later.is_new OR points = lot.clawed_back - coalesce(later.clawed_back, 0) THEN 0 ELSE
        div((price_minor - coalesce(later.price, 0))::numeric * (points - redeemed - expired - lot.clawed_back + coalesce(gone, 0)) * 1000000,
          points - lot.clawed_back + coalesce(later.clawed_back, 0))
        + (points - redeemed - expired - lot.clawed_back + coalesce(gone, 0)) END AS weight
    FROM liability_lots lot LEFT JOIN later ON later.lot_id = lot.id WHERE lot.merchant_id = $1 AND lot.issued_at <= $4 ${cohort}
  ), running AS (
    SELECT lot.*, coalesce(line.closing_minor, 0) AS closing,
      sum(lot.weight) OVER (PARTITION BY lot.program_id, lot.cohort ORDER BY lot.id) AS until, whole.weight AS whole
    FROM lot JOIN (SELECT program_id, cohort, sum(weight) AS weight FROM lot GROUP BY 1, 2) whole USING (program_id, cohort)
    LEFT JOIN close_lines line ON line.close_id = $2 AND line.program_id = lot.program_id AND line.cohort = lot.cohort
  ), carried AS (
    SELECT id, program_id, member_id, order_id, currency, cohort, issued_at, expires_at,
      (outstanding + coalesce(gone_after, 0))::bigint AS points,
      (CASE WHEN whole = 0 THEN 0 ELSE div(closing * until, whole) - div(closing * (until - weight), whole) END
        + coalesce(price_until, 0))::bigint AS minor
    FROM running
  )`;
}

/** The same as it stands in the books now, which every close writes into the lots. */
export const carriedNow = `
  carried AS (
    SELECT id, program_id, member_id, order_id, currency, cohort, issued_at, expires_at,
      points - redeemed - expired - clawed_back AS points, unrecognised_minor AS minor
    FROM liability_lots WHERE merchant_id = $1
  )`;
