/** The columns of wallet_withdrawals that make a `Withdrawal`. */
export const columns = `id, merchant_id AS "merchantId", member_id AS "memberId", beneficiary_id AS "beneficiaryId", currency, amount_minor AS "amountMinor",
  fee_minor AS "feeMinor", state, settings_version AS "settingsVersion", approvals_needed AS "approvalsNeeded", approvals_given AS "approvalsGiven",
  approved_at AS "approvedAt", batch_id AS "batchId", action, provider, provider_reference AS "providerReference", failure_code AS "failureCode",
  journal_id AS "journalId", is_late AS "isLate", attempts, first_asked_at AS "firstAskedAt", cause, created_at AS "createdAt"`;
