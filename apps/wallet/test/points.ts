import {
  type PointsClawedBack,
  pointsClawedBack,
  pointsEarned,
  pointsExpired,
  pointsRedeemed,
} from '@florin/contracts';
import { FixedClock, newId } from '@florin/kernel';
import type { StartedService } from '@florin/testing';
import type { CloseDto, VerificationDto } from '../src/close/close.dto';
import type { LiabilityDto } from '../src/liability/liability.dto';
import type { LiabilitySettingDto, LiabilitySettingInputDto } from '../src/liability/setting.dto';
import type { SettlementDto } from '../src/settlement/settlement.dto';
import { House } from './house';

export interface Given {
  lotId: string;
  memberId: string;
  orderId: string;
}

export interface Lot {
  memberId?: string;
  funders?: { funder: string; shareBps: number }[];
  orderId?: string;
  lotId?: string;
}

export const month = (text: string): Date => new Date(`${text}-15T12:00:00.000Z`);

/** A merchant with a program, as loyalty tells of it, and the two people who close its months. */
export class Program {
  readonly id = newId();
  readonly preparer;
  readonly approver;

  private constructor(
    readonly house: House,
    readonly clock: FixedClock,
    readonly merchantId: string,
  ) {
    const as = () => house.service.http.as({ sub: newId(), roles: ['finance_ops'], merchants: [merchantId] });
    this.preparer = as();
    this.approver = as();
  }

  static async open(now = '2027-06-01T06:00:00.000Z'): Promise<Program> {
    const clock = new FixedClock(new Date(now));
    return new Program(await House.open({ clock }), clock, newId());
  }

  /** A program of the house's own merchant. */
  static of(house: House, clock = new FixedClock(new Date())): Program {
    return new Program(house, clock, house.merchantId);
  }

  /** Another merchant with a program in the same house. */
  another(): Program {
    return new Program(this.house, this.clock, newId());
  }

  get service(): StartedService {
    return this.house.service;
  }

  /** An order that was paid with so much and earned so many points. */
  earn(at: Date, points: number, priceMinor: number, lot: Lot = {}): Given {
    const { memberId = newId(), orderId = newId(), lotId = newId() } = lot;
    const funders = lot.funders ?? [{ funder: `merchant:${this.merchantId}`, shareBps: 10_000 }];
    this.house.say(pointsEarned, {
      receiptId: newId(),
      memberId,
      programId: this.id,
      merchantId: this.merchantId,
      orderId,
      points,
      balance: points,
      tier: 'basic',
      reason: 'earned',
      earnedAt: at.toISOString(),
      priceMinor,
      currency: 'EUR',
      lots: [{ lotId, points, funders }],
    });
    return { lotId, memberId, orderId };
  }

  redeem(at: Date, given: Given, points: number, atMerchantId = this.merchantId, redemptionId = newId()): string {
    this.house.say(pointsRedeemed, {
      redemptionId,
      memberId: given.memberId,
      programId: this.id,
      merchantId: this.merchantId,
      atMerchantId,
      points,
      valueMinor: points,
      currency: 'EUR',
      lots: [{ lotId: given.lotId, points }],
      redeemedAt: at.toISOString(),
    });
    return redemptionId;
  }

  expire(at: Date, given: Given, points: number): void {
    this.house.say(pointsExpired, {
      expiryId: newId(),
      memberId: given.memberId,
      programId: this.id,
      merchantId: this.merchantId,
      points,
      lots: [{ lotId: given.lotId, points }],
      expiredAt: at.toISOString(),
    });
  }

  clawBack(at: Date, given: Given, points: number, refundId = newId()): PointsClawedBack {
    const data = {
      receiptId: newId(),
      memberId: given.memberId,
      programId: this.id,
      merchantId: this.merchantId,
      orderId: given.orderId,
      refundId,
      points,
      balance: 0,
      clawedBackAt: at.toISOString(),
      lots: [{ lotId: given.lotId, points }],
    };
    this.house.say(pointsClawedBack, data);
    return data;
  }

  async set(input: Partial<LiabilitySettingInputDto>): Promise<LiabilitySettingDto> {
    const path = `/api/v1/liability/programs/${this.id}`;
    const before = await this.preparer.get<LiabilitySettingDto>(path);
    expect(before.status).toBe(200);
    const { point_value_micros, redemption_bps, prior_weight_points, spread_bps, version } = before.body;
    const answer = await this.preparer.send<LiabilitySettingDto>(
      'PUT',
      path,
      { point_value_micros, redemption_bps, prior_weight_points, spread_bps, ...input },
      { headers: { 'if-match': `"${version}"`, 'idempotency-key': newId() } },
    );
    expect(answer.status).toBe(200);
    return answer.body;
  }

  async prepare(period: string): Promise<CloseDto> {
    await this.house.heard();
    const answer = await this.preparer.post<CloseDto>('/api/v1/closes', { period });
    expect([answer.status, answer.body]).toEqual([201, expect.anything()]);
    return answer.body;
  }

  /** Prepares and approves a month. */
  async close(period: string): Promise<CloseDto> {
    const { id } = await this.prepare(period);
    const answer = await this.approver.post<CloseDto>(`/api/v1/closes/${id}/approve`, {});
    expect(answer.status).toBe(200);
    return answer.body;
  }

  async verify({ id }: CloseDto): Promise<VerificationDto> {
    const answer = await this.preparer.get<VerificationDto>(`/api/v1/closes/${id}/verify`);
    expect(answer.status).toBe(200);
    return answer.body;
  }

  async owed(query = ''): Promise<LiabilityDto> {
    await this.house.heard();
    const answer = await this.preparer.get<LiabilityDto>(`/api/v1/liability${query}`);
    expect([answer.status, answer.body]).toEqual([200, expect.anything()]);
    return answer.body;
  }

  /** What stands on one of the merchant's accounts. */
  async balance(what: string): Promise<number> {
    const [row] = await this.service.query<{ posted: number }>(
      'SELECT coalesce(sum(posted), 0)::float8 AS posted FROM ledger_accounts WHERE code LIKE $1',
      [`merchant:${this.merchantId}:${what}%`],
    );
    return row?.posted ?? 0;
  }

  /** What the lots carry, as the books have it. */
  async carried(): Promise<number> {
    const [row] = await this.service.query<{ minor: number }>(
      'SELECT coalesce(sum(unrecognised_minor), 0)::float8 AS minor FROM liability_lots WHERE merchant_id = $1',
      [this.merchantId],
    );
    return row?.minor ?? 0;
  }
}

/** Leaves a month that waits for its approval, and one that is settled with another merchant, as long ago as can be. */
export async function closed(house: House): Promise<Record<string, string>> {
  const program = Program.of(house);
  const at = month('2025-01');
  const given = program.earn(at, 100, 1_000_00);
  program.redeem(at, given, 40, newId());
  const { id } = await program.prepare('2025-01');
  const operator = house.service.http.as({ sub: newId(), roles: ['platform_admin'], merchants: '*' });
  const { body } = await operator.post<SettlementDto>('/api/v1/settlements', { period: '2025-01', currency: 'EUR' });
  return {
    '/closes': id,
    '/liability/lots': given.lotId,
    '/liability/programs': program.id,
    '/settlements': body.id,
    '/settlements/transfers': body.transfers[0]?.id ?? '',
  };
}
