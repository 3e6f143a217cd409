import {
  type MessageContract,
  orderCompleted,
  type OrderCompleted,
  orderRefunded,
  type OrderRefunded,
  userVerified,
} from '@florin/contracts';
import { Transactions } from '@florin/database';
import { newId } from '@florin/kernel';
import { ledgerProofs } from '@florin/ledger';
import { eventually, type HttpClient, Peer, startService, type StartedService } from '@florin/testing';
import { AppModule } from '../src/app.module';
import type { LotDto, MemberDto, StandingDto } from '../src/members/member.dto';
import { migrations } from '../src/migrations';
import type { ProgramDto, SaveProgramDto } from '../src/programs/program.dto';
import type { ReceiptDto } from '../src/receipts/receipt.dto';

export interface Member {
  id: string;
  http: HttpClient;
}

export interface Page<Row> {
  data: Row[];
  next_cursor: string | null;
  has_more: boolean;
}

/** One point for every euro, tax left out; silver from 100 points earns 1.25 times, gold from 300 earns twice. */
export const plain: SaveProgramDto = {
  name: 'Harbour Club',
  currency: 'EUR',
  time_zone: 'Europe/Amsterdam',
  is_default: true,
  rules: {
    tiers: [
      { name: 'bronze', threshold: 0, multiplier_bps: 10_000 },
      { name: 'silver', threshold: 100, multiplier_bps: 12_500 },
      { name: 'gold', threshold: 300, multiplier_bps: 20_000 },
    ],
    earning: { points: 1, per_minor: 100, include_tax: true },
  },
};

/** The plain program with other rules. */
export const ruled = (rules: Partial<SaveProgramDto['rules']>, more: Partial<SaveProgramDto> = {}): SaveProgramDto => ({
  ...plain,
  ...more,
  rules: { ...plain.rules, ...rules },
});

export interface Line {
  totalMinor: number;
  taxMinor?: number;
}

/** Waits until the expectations hold. */
export function soon(expectations: () => void | Promise<void>): Promise<true> {
  return eventually(async () => {
    await expectations();
    return true;
  });
}

/** Merchants' programs at the loyalty service, and a peer that speaks for auth and orders. */
export class House {
  private readonly saidIds = new Set<string>();

  private constructor(
    readonly service: StartedService,
    readonly peer: Peer,
  ) {}

  static async open(): Promise<House> {
    const service = await startService(AppModule, { migrations });
    return new House(service, await Peer.open(service.broker));
  }

  /** A new merchant with a program. */
  async shop(program: SaveProgramDto = plain): Promise<Shop> {
    const shop = new Shop(this, newId());
    await shop.publish(program);
    return shop;
  }

  staff(role: string, merchantId: string): HttpClient {
    return this.service.http.as({ roles: [role], merchants: [merchantId] });
  }

  say<T extends object>(contract: MessageContract<T>, data: T, id: string = newId()): void {
    this.saidIds.add(id);
    this.peer.say(contract, data, { id });
  }

  /** Waits until everything that was said has taken effect. */
  async heard(): Promise<void> {
    const ids = [...this.saidIds];
    await eventually(async () => (await this.count('inbox WHERE message_id = ANY($1::uuid[])', [ids])) === ids.length, {
      timeoutMs: 20_000,
    });
  }

  /** What was said about the thing, by what loyalty wrote down to say. */
  async told<T extends object>(contract: MessageContract<T>, about: Partial<T>): Promise<T[]> {
    const rows = await this.service.query<{ data: T }>(
      `SELECT envelope -> 'data' AS data FROM outbox WHERE type = $1 AND envelope -> 'data' @> $2 ORDER BY seq`,
      [contract.type, JSON.stringify(about)],
    );
    return rows.map(({ data }) => data);
  }

  async count(sql: string, params: readonly unknown[] = []): Promise<number> {
    const [row] = await this.service.query<{ count: number }>(`SELECT count(*)::integer AS count FROM ${sql}`, params);
    return row?.count ?? -1;
  }

  /** Members whose lots, ledger balance and standing differ, and what the books' own proofs find wrong. */
  async faults(): Promise<unknown[]> {
    const apart = await this.service.query(
      `SELECT member.member_id, member.points, lots.points AS lots, account.posted
       FROM customer_loyalty AS member
       CROSS JOIN LATERAL (SELECT coalesce(sum(remaining), 0)::bigint AS points FROM loyalty_lots AS lot
                           WHERE lot.member_id = member.member_id AND lot.program_id = member.program_id) AS lots
       LEFT JOIN ledger_accounts AS account ON account.code = 'member:' || member.member_id || ':points:' || member.program_id
       WHERE member.points IS DISTINCT FROM lots.points OR member.points IS DISTINCT FROM account.posted`,
    );
    const books = await this.service.app.get(Transactions).run(async (tx) => {
      const found: unknown[] = [];
      for (const proof of ledgerProofs) found.push(...(await proof.run(tx, 10)).offenders);
      return found;
    });
    return [...apart, ...books];
  }

  async close(): Promise<void> {
    await this.peer.close();
    await this.service.close();
  }
}

/** One merchant: its program, its members and what they buy. */
export class Shop {
  constructor(
    readonly house: House,
    readonly merchantId: string,
  ) {}

  get marketing(): HttpClient {
    return this.house.staff('ops_marketing', this.merchantId);
  }

  async publish(program: SaveProgramDto): Promise<ProgramDto> {
    const answer = await this.marketing.post<ProgramDto>('/api/v1/loyalty/programs', program);
    expect(answer.status).toBe(201);
    return answer.body;
  }

  member(id: string = newId()): Member {
    const caller = { sub: id, roles: ['customer'], merchants: [this.merchantId] };
    return { id, http: this.house.service.http.as(caller) };
  }

  verify(member: Member, id?: string): void {
    const verifiedAt = new Date().toISOString();
    const data = {
      userId: member.id,
      merchantId: this.merchantId,
      email: 'ada@demo.test',
      displayName: 'Ada',
      verifiedAt,
    };
    this.house.say(userVerified, data, id);
  }

  /** An order of these lines, completed and told. */
  buy(member: Member, lines: Line[], more: Partial<OrderCompleted> = {}): OrderCompleted {
    const order = this.order(member, lines, more);
    this.house.say(orderCompleted, order);
    return order;
  }

  order(member: Member, lines: Line[], more: Partial<OrderCompleted> = {}): OrderCompleted {
    const ordered = lines.map(({ totalMinor, taxMinor = 0 }) => ({
      ...{ lineId: newId(), productId: newId(), variantId: newId(), sku: 'BEAN-250', title: 'Beans', quantity: 1 },
      ...{ listMinor: totalMinor, discountMinor: 0, taxMinor, totalMinor },
    }));
    const totalMinor = ordered.reduce((sum, line) => sum + line.totalMinor, 0);
    return {
      ...{ orderId: newId(), checkoutId: newId(), number: 'F-1', merchantId: this.merchantId, memberId: member.id },
      ...{ origin: 'checkout', currency: 'EUR', listMinor: totalMinor, discountMinor: 0 },
      ...{ taxMinor: ordered.reduce((sum, line) => sum + line.taxMinor, 0), totalMinor, lines: ordered },
      completedAt: new Date().toISOString(),
      ...more,
    };
  }

  /** A refund of so much of each line, by its position; told unless it is only to be made. */
  refund(order: OrderCompleted, parts: Record<number, number>, more: Partial<OrderRefunded> = {}): OrderRefunded {
    const refund = this.refundOf(order, parts, more);
    this.house.say(orderRefunded, refund);
    return refund;
  }

  refundOf(order: OrderCompleted, parts: Record<number, number>, more: Partial<OrderRefunded> = {}): OrderRefunded {
    const lines = Object.entries(parts).map(([index, totalMinor]) => {
      const line = order.lines[Number(index)];
      if (!line) throw new Error(`the order has no line ${index}`);
      return { lineId: line.lineId, variantId: line.variantId, quantity: 1, totalMinor, taxMinor: 0 };
    });
    const totalMinor = lines.reduce((sum, line) => sum + line.totalMinor, 0);
    const { orderId, checkoutId, number, merchantId, memberId, currency } = order;
    return {
      ...{ refundId: newId(), orderId, checkoutId, number, merchantId, memberId, email: 'ada@demo.test', currency },
      ...{ totalMinor, walletMinor: 0, cardMinor: totalMinor, lines, refundedAt: new Date().toISOString() },
      ...more,
    };
  }

  /** How the member stands in the one program, once everything said has taken effect. */
  async standing(member: Member): Promise<StandingDto | undefined> {
    await this.house.heard();
    const answer = await member.http.get<MemberDto>('/api/v1/loyalty/members/me');
    return answer.status === 200 ? answer.body.programs[0] : undefined;
  }

  async lots(member: Member): Promise<LotDto[]> {
    await this.house.heard();
    return (await member.http.get<Page<LotDto>>('/api/v1/loyalty/members/me/lots')).body.data;
  }

  /** The member's receipts, newest first. */
  async receipts(member: Member): Promise<ReceiptDto[]> {
    await this.house.heard();
    return (await member.http.get<Page<ReceiptDto>>('/api/v1/loyalty/members/me/receipts')).body.data;
  }
}
