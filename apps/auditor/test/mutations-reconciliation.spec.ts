import { newId } from '@florin/kernel';
import { type Mutation, spoilsAndIsNamed } from './vandal';

const mutations: Mutation[] = [
  {
    title: 'a line that counts as open although its match stands',
    sql: ({ statements: { charge } }) => ({
      wallet: `UPDATE reconciliation_lines SET state = 'open' WHERE id = '${charge.lineId}'`,
    }),
    breaks: ['reconciliation.one-effect-per-line', 'reconciliation.books-are-the-matched-lines'],
  },
  {
    title: 'a line that two matches claim',
    sql: ({ statements: { undone } }) => ({
      wallet: `UPDATE reconciliation_match_lines SET undone = false WHERE match_id = '${undone.matchId}'`,
    }),
    breaks: ['reconciliation.one-effect-per-line'],
  },
  {
    title: 'a match that says another sum than its lines have',
    sql: ({ statements: { charge } }) => ({
      wallet: `UPDATE reconciliation_lines SET amount_minor = amount_minor + 1 WHERE id = '${charge.lineId}';
        UPDATE reconciliation_statements SET closing_minor = closing_minor + 1 WHERE id = (SELECT statement_id FROM reconciliation_statement_lines WHERE line_id = '${charge.lineId}')`,
    }),
    breaks: ['reconciliation.matches-add-up', 'reconciliation.books-are-the-matched-lines'],
  },
  {
    title: 'a target that counts for more than its match',
    sql: ({ statements: { charge } }) => ({
      wallet: `UPDATE reconciliation_match_targets SET amount_minor = amount_minor + 1 WHERE match_id = '${charge.matchId}';
        UPDATE payment_settlements SET amount_minor = amount_minor + 1 WHERE reference LIKE 'reconciliation:${charge.matchId}:%'`,
    }),
    breaks: ['reconciliation.matches-add-up', 'reconciliation.books-match', 'payments.captures-add-up'],
  },
  {
    title: 'a fee that was booked to nobody',
    sql: ({ statements: { charge } }) => ({
      wallet: `UPDATE reconciliation_matches SET fee_minor = fee_minor + 1, difference_minor = difference_minor + 1 WHERE id = '${charge.matchId}'`,
    }),
    breaks: ['reconciliation.books-match'],
  },
  {
    title: 'a match that knows another journal than the one that books it',
    sql: ({ statements: { charge } }) => ({
      wallet: `UPDATE reconciliation_matches SET journal_id = '${newId()}' WHERE id = '${charge.matchId}'`,
    }),
    breaks: ['reconciliation.books-match'],
  },
  {
    title: 'a match that was undone and whose money stayed where it was',
    sql: ({ statements: { undone } }) => ({
      wallet: `UPDATE reconciliation_matches SET undo_journal_id = '${newId()}' WHERE id = '${undone.matchId}'`,
    }),
    breaks: ['reconciliation.books-match'],
  },
  {
    title: 'a payment that is explained and was never settled',
    sql: ({ statements: { charge } }) => ({
      wallet: `DELETE FROM payment_settlements WHERE reference LIKE 'reconciliation:${charge.matchId}:%'`,
    }),
    breaks: ['reconciliation.payments-are-settled-once', 'payments.captures-add-up'],
  },
  {
    title: 'a payment that a match settled a second time',
    sql: ({ statements: { undone, paymentId } }) => ({
      wallet: `INSERT INTO payment_settlements SELECT merchant_id, 'reconciliation:${undone.matchId}:${paymentId}', payment_id, amount_minor, fee_minor, settled_at FROM payment_settlements WHERE payment_id = '${paymentId}'`,
    }),
    breaks: ['reconciliation.payments-are-settled-once', 'payments.captures-add-up'],
  },
  {
    title: 'a statement of which a line is missing',
    sql: ({ statements: { statementId } }) => ({
      wallet: `DELETE FROM reconciliation_statement_lines WHERE statement_id = '${statementId}' AND line_no = 2`,
    }),
    breaks: ['reconciliation.statements-are-whole'],
  },
  {
    title: 'a statement whose closing balance its lines do not explain',
    sql: ({ statements: { statementId } }) => ({
      wallet: `UPDATE reconciliation_statements SET closing_minor = closing_minor - 1 WHERE id = '${statementId}'`,
    }),
    breaks: ['reconciliation.statements-are-whole'],
  },
  {
    title: 'an exception that stays open although its line is ignored',
    sql: ({ statements: { undone } }) => ({
      wallet: `UPDATE reconciliation_lines SET state = 'ignored' WHERE id = '${undone.lineId}'`,
    }),
    breaks: ['reconciliation.exceptions-are-resolved-as-told'],
  },
  {
    title: 'a large write-off that one person made alone',
    sql: ({ statements: { writtenOff } }) => ({
      wallet: `UPDATE reconciliation_matches SET approved_by = made_by WHERE id = '${writtenOff.matchId}'`,
    }),
    breaks: ['reconciliation.exceptions-are-resolved-as-told'],
  },
  {
    title: 'an exception that counts as written off and names no match',
    sql: ({ statements: { writtenOff } }) => ({
      wallet: `UPDATE reconciliation_exceptions SET match_id = NULL WHERE id = '${writtenOff.exceptionId}'`,
    }),
    breaks: ['reconciliation.exceptions-are-resolved-as-told'],
  },
];

spoilsAndIsNamed(mutations);
