import type { Cause } from '@florin/kernel';
import type { LearnedFrom, PayoutAction, WithdrawalState } from './withdrawal-states';

/** Money that a member takes out of their wallet. The id is the intent, and the provider's idempotency key. */
export interface Withdrawal {
  id: string;
  merchantId: string;
  memberId: string;
  beneficiaryId: string;
  currency: string;
  /** Leaves the wallet; the fee is in it. */
  amountMinor: number;
  feeMinor: number;
  state: WithdrawalState;
  settingsVersion: number;
  approvalsNeeded: number;
  approvalsGiven: number;
  approvedAt: Date | null;
  batchId: string | null;
  action: PayoutAction | null;
  provider: string;
  providerReference: string | null;
  failureCode: string | null;
  /** What was booked when it was paid. */
  journalId: string | null;
  /** It was paid after its money had been given back: the member has it twice. */
  isLate: boolean;
  attempts: number;
  /** When the provider was asked first. */
  firstAskedAt: Date | null;
  cause: Cause | null;
  createdAt: Date;
}

/** What arrives at the beneficiary. */
export const payoutOf = ({ amountMinor, feeMinor }: Pick<Withdrawal, 'amountMinor' | 'feeMinor'>): number =>
  amountMinor - feeMinor;

/** Why a withdrawal is where it is. `evidence` names what was said: the provider's id of it, the webhook, the statement line. */
export interface Reason {
  learnedFrom: LearnedFrom;
  actor?: string | undefined;
  evidence?: string | undefined;
  detail?: string | undefined;
}

export interface Move {
  from: Withdrawal;
  to: Withdrawal;
  why: Reason;
  nextAt?: Date | undefined;
}
