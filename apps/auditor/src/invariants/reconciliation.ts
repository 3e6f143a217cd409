import { type Invariant, within } from '../invariant';

const oneEffect = within({
  service: 'wallet',
  name: 'reconciliation.one-effect-per-line',
  says: 'Every line of a statement that counts as matched is in one match that stands, every other in none, and nothing is matched to two lines at a time.',
  examined: 'reconciliation_lines',
  offenders: `
    SELECT 'line:' || line.id AS subject, format('%s, in %s matches', line.state, coalesce(made.matches, 0)) AS detail
    FROM reconciliation_lines line LEFT JOIN (SELECT line_id, count(*) AS matches FROM reconciliation_match_lines WHERE NOT undone GROUP BY 1) made ON made.line_id = line.id
    WHERE coalesce(made.matches, 0) <> CASE line.state WHEN 'matched' THEN 1 ELSE 0 END
    UNION ALL
    SELECT kind || ':' || target_id, format('in %s matches', count(*)) FROM reconciliation_match_targets WHERE NOT undone GROUP BY kind, target_id HAVING count(*) > 1`,
});

const addUp = within({
  service: 'wallet',
  name: 'reconciliation.matches-add-up',
  says: 'Every match says what its lines and its targets sum to, and lines and fee are targets and difference.',
  examined: 'reconciliation_matches',
  offenders: `
    SELECT 'match:' || match.id AS subject, format('lines %s of %s, targets %s of %s, fee %s, difference %s',
      match.line_minor, coalesce(lines.sum, 0), match.target_minor, coalesce(targets.sum::text, 'none'), match.fee_minor, match.difference_minor) AS detail
    FROM reconciliation_matches match
    LEFT JOIN (SELECT match_id, sum(amount_minor) FROM reconciliation_match_lines JOIN reconciliation_lines line ON line.id = line_id GROUP BY 1) lines ON lines.match_id = match.id
    LEFT JOIN (SELECT match_id, sum(amount_minor) FROM reconciliation_match_targets GROUP BY 1) targets ON targets.match_id = match.id
    WHERE match.line_minor IS DISTINCT FROM lines.sum OR match.target_minor <> coalesce(targets.sum, match.target_minor)
      OR match.line_minor + match.fee_minor <> match.target_minor + match.difference_minor`,
});

/** What each match should have moved, by account. A match without targets whose money went on began a transfer. */
const due = `
  SELECT match.id, format('merchant:%s:%s:%s', match.merchant_id, part.code, account.currency) AS code, sum(part.amount) AS amount
  FROM reconciliation_matches match JOIN reconciliation_accounts account ON account.id = match.account_id
  CROSS JOIN LATERAL (
    SELECT 'statement:' || account.id AS code, -match.line_minor AS amount
    UNION ALL SELECT 'processor-fees', -match.fee_minor
    UNION ALL SELECT 'reconciliation-differences', match.difference_minor
    UNION ALL SELECT CASE WHEN kind IN ('payment', 'refund') THEN 'card-clearing' WHEN kind = 'transfer' THEN 'transit' ELSE 'payouts' END, amount_minor
      FROM reconciliation_match_targets WHERE match_id = match.id
    UNION ALL SELECT 'transit', match.target_minor WHERE NOT EXISTS (SELECT FROM reconciliation_match_targets WHERE match_id = match.id)
  ) part GROUP BY 1, 2 HAVING sum(part.amount) <> 0`;

const there = `
  SELECT substr(journal.key, length('reconciliation:') + 1) AS id, account.code, sum(posting.amount) AS amount
  FROM ledger_journals journal
  JOIN ledger_postings posting ON posting.journal_id = journal.id AND posting.inserted_at = journal.inserted_at
  JOIN ledger_accounts account ON account.id = posting.account_id
  WHERE journal.kind = 'reconciliation' GROUP BY 1, 2`;

const booked = within({
  service: 'wallet',
  name: 'reconciliation.books-match',
  says: 'Every match stands in the books once, account by account, was reversed exactly when it was undone, and nothing else was booked for a statement.',
  examined: 'reconciliation_matches',
  offenders: `
    SELECT 'match:' || coalesce(due.id::text, there.id) AS subject, format('%s: %s is due, %s is there', coalesce(due.code, there.code), coalesce(due.amount, 0), coalesce(there.amount, 0)) AS detail
    FROM (${due}) due FULL JOIN (${there}) there ON there.id = due.id::text AND there.code = due.code
    WHERE due.amount IS DISTINCT FROM there.amount
    UNION ALL
    SELECT 'match:' || match.id, format('its journal is %s, taken back by %s', coalesce(journal.key, 'none'), coalesce(reversal.reversed_by::text, 'none'))
    FROM reconciliation_matches match
    LEFT JOIN ledger_journals journal ON journal.id = match.journal_id
    LEFT JOIN ledger_reversals reversal ON reversal.journal_id = match.journal_id
    WHERE journal.key IS DISTINCT FROM 'reconciliation:' || match.id OR match.undo_journal_id IS DISTINCT FROM reversal.reversed_by
      OR (match.undone_at IS NULL) <> (match.undo_journal_id IS NULL)`,
});

const balances = within({
  service: 'wallet',
  name: 'reconciliation.books-are-the-matched-lines',
  says: 'What the books have on an account at a bank or a processor is the sum of its lines that are matched.',
  examined: 'reconciliation_accounts',
  offenders: `
    SELECT 'account:' || account.id AS subject, format('matched lines sum to %s, the books have %s', coalesce(lines.sum, 0), -coalesce(ledger.posted, 0)) AS detail
    FROM reconciliation_accounts account
    LEFT JOIN (SELECT account_id, sum(amount_minor) FROM reconciliation_lines WHERE state = 'matched' GROUP BY 1) lines ON lines.account_id = account.id
    LEFT JOIN ledger_accounts ledger ON ledger.code = format('merchant:%s:statement:%s:%s', account.merchant_id, account.id, account.currency)
    WHERE coalesce(lines.sum, 0) <> -coalesce(ledger.posted, 0)`,
});

const settled = within({
  service: 'wallet',
  name: 'reconciliation.payments-are-settled-once',
  says: 'A payment that a match explains is settled by that match, once and whole; one that a match settled is explained by it.',
  examined: `(SELECT FROM reconciliation_match_targets WHERE kind = 'payment' AND NOT undone) settled`,
  offenders: `
    SELECT 'payment:' || coalesce(matched.payment_id, said.payment_id) AS subject,
      format('%s: matches explain %s, they settled %s', payment.state, coalesce(matched.amount, 0), coalesce(said.amount, 0)) AS detail
    FROM (SELECT target_id AS payment_id, 'reconciliation:' || match_id || ':' || target_id AS reference, amount_minor AS amount
          FROM reconciliation_match_targets WHERE kind = 'payment' AND NOT undone) matched
    FULL JOIN (SELECT payment_id, reference, amount_minor AS amount FROM payment_settlements WHERE reference LIKE 'reconciliation:%') said ON said.reference = matched.reference
    LEFT JOIN payment_transactions payment ON payment.id = coalesce(matched.payment_id, said.payment_id)
    WHERE matched.amount IS DISTINCT FROM said.amount OR payment.state IS DISTINCT FROM 'settled'`,
});

const whole = within({
  service: 'wallet',
  name: 'reconciliation.statements-are-whole',
  says: 'The lines of every statement in force are there without a gap, none of them withdrawn, and lead from its opening balance to its closing one.',
  examined: 'reconciliation_statements',
  offenders: `
    SELECT 'statement:' || statement.id AS subject, format('%s lines of %s, up to no. %s, %s withdrawn; %s and %s make %s', coalesce(placed.count, 0), statement.lines,
      coalesce(placed.last, 0), coalesce(placed.withdrawn, 0), statement.opening_minor, coalesce(placed.sum, 0), statement.closing_minor) AS detail
    FROM reconciliation_statements statement
    LEFT JOIN (
      SELECT statement_id, count(*), max(line_no) AS last, sum(amount_minor), count(*) FILTER (WHERE state = 'withdrawn') AS withdrawn
      FROM reconciliation_statement_lines JOIN reconciliation_lines line ON line.id = line_id GROUP BY 1) placed ON placed.statement_id = statement.id
    WHERE statement.superseded_by IS NULL AND (coalesce(placed.count, 0) <> statement.lines OR coalesce(placed.last, 0) <> statement.lines OR placed.withdrawn > 0
      OR statement.opening_minor + coalesce(placed.sum, 0) <> statement.closing_minor)`,
});

const queued = within({
  service: 'wallet',
  name: 'reconciliation.exceptions-are-resolved-as-told',
  says: 'A line has an open exception only while it is open, one that was matched says by which match, and a write-off above the limit was approved by a second person.',
  examined: 'reconciliation_exceptions',
  offenders: `
    SELECT 'exception:' || exception.id AS subject, format('%s %s; its line is %s', exception.state, coalesce(exception.resolution, ''), line.state) AS detail
    FROM reconciliation_exceptions exception LEFT JOIN reconciliation_lines line ON line.id = exception.line_id
    WHERE (exception.state <> 'resolved' AND line.state <> 'open')
      OR (exception.resolution IN ('matched', 'written_off') AND exception.match_id IS NULL)
    UNION ALL
    SELECT 'match:' || match.id, format('%s written off by %s, approved by %s', match.difference_minor, match.made_by, coalesce(match.approved_by, 'nobody'))
    FROM reconciliation_matches match
    JOIN reconciliation_account_versions version ON version.account_id = match.account_id AND version.version = match.account_version
    WHERE match.rule = 'write-off' AND abs(match.line_minor) > (version.settings->>'four_eyes_above_minor')::bigint AND match.approved_by IS NULL
      OR match.approved_by = match.made_by`,
});

export const reconciliationInvariants: Invariant[] = [oneEffect, addUp, booked, balances, settled, whole, queued];
