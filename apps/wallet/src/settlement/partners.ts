/** Whoever can owe for points or be owed: `operator`, `merchant:<id>` or `brand:<id>`. */
export type Partner = string;

export const merchantPartner = (merchantId: string): Partner => `merchant:${merchantId}`;
