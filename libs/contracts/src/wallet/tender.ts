import { Id, Minor, OneOf } from '../fields';

export const tenderKinds = ['wallet', 'card'] as const;
export type TenderKind = (typeof tenderKinds)[number];

/** One way of paying and the part of the sum that went through it. */
export class Tender {
  @OneOf(tenderKinds) readonly tender: TenderKind;
  @Id() readonly paymentId: string;
  @Minor() readonly amountMinor: number;
}
