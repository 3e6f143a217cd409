/** Names of the ledger accounts that points live in. */
export const pointsAsset = (programId: string): string => `points:${programId}`;
/** Stands for the program: as far below zero as there are points outstanding. */
export const issuanceAccount = (programId: string): string => `program:${programId}:issuance`;
export const memberAccount = (memberId: string, programId: string): string => `member:${memberId}:points:${programId}`;
