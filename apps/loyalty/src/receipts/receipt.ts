/** Why a balance changed, or did not. */
export interface Receipt {
  id: string;
  kind: 'earn' | 'refused' | 'clawback';
  memberId: string;
  programId: string;
  merchantId: string;
  programVersion: number;
  orderId: string;
  refundId: string | null;
  /** Signed: what the balance changed by. */
  points: number;
  /** Signed: what the qualifying points changed by. */
  qualifyingPoints: number;
  balanceAfter: number;
  reason: string;
  steps: unknown;
  /** All that the rules were given, so that the receipt can be computed again. */
  input: unknown;
  issuedAt: Date;
}
