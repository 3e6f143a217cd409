/** A member's standing in a program, locked for the transaction; the use case changes it in memory and saves it once. */
export interface Standing {
  memberId: string;
  programId: string;
  merchantId: string;
  tier: string;
  qualifyingPoints: number;
  points: number;
  isFrozen: boolean;
}

export interface TierChange {
  id: string;
  memberId: string;
  programId: string;
  fromTier: string;
  toTier: string;
  qualifyingPoints: number;
  causedBy: string;
  changedAt: Date;
}

/** What a member earned on one day of the program's calendar. */
export interface EarningDay {
  memberId: string;
  programId: string;
  day: string;
  points: number;
}

export const standingKey = (memberId: string, programId: string): string => `${memberId}:${programId}`;
