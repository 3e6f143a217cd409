/** What a refund is read as, wherever it is read. */
export const refundColumns = `id, order_id, checkout_id, merchant_id, member_id, purpose, status, reason, restock, currency, total_minor,
  tax_minor, wallet_minor, card_minor, failure_code, failure_reason, requested_by, requested_at, settled_at`;
