import { exampleId } from '../define';
import { Id, Instant, ListOf, Optional, Text, WholeNumber } from '../fields';

/** Who pays for points: `operator`, `merchant:<id>` or `brand:<id>`, and for how much of them. */
export class FunderShare {
  @Text(100) readonly funder: string;
  /** Basis points; those of a lot sum to 10,000. */
  @WholeNumber(1) readonly shareBps: number;
}

/** Points that were given together, and expire together. */
export class PointsLot {
  @Id() readonly lotId: string;
  @WholeNumber(1) readonly points: number;
  @Optional() @Instant() readonly expiresAt?: string;
  @ListOf(() => FunderShare) readonly funders: FunderShare[];
}

/** So many points of a lot. */
export class LotPoints {
  @Id() readonly lotId: string;
  @WholeNumber(1) readonly points: number;
}

export const exampleLotId = exampleId(16);
