import {
  type MessageContract,
  orderCompleted,
  type OrderCompleted,
  orderRefunded,
  type OrderRefunded,
  paymentCaptured,
  type PaymentCaptured,
  refundCompleted,
  type RefundCompleted,
} from '@florin/contracts';
import { type Clock, newId } from '@florin/kernel';
import { eventually, type HttpClient, Peer, startService, type StartedService } from '@florin/testing';
import { AppModule } from '../src/app.module';
import type { DashboardDto } from '../src/dashboard/dashboard.dto';
import { migrations } from '../src/migrations';
import type { RevenueDto } from '../src/revenue/revenue.dto';

/** The analytics service and a peer that speaks for all the others. */
export class House {
  private readonly saidIds = new Set<string>();

  private constructor(
    readonly service: StartedService,
    readonly peer: Peer,
  ) {}

  static async open(clock?: Clock): Promise<House> {
    const service = await startService(AppModule, { migrations, clock });
    return new House(service, await Peer.open(service.broker));
  }

  staff(merchantId: string, role = 'merchant_admin'): HttpClient {
    return this.service.http.as({ roles: [role], merchants: [merchantId] });
  }

  say<T extends object>(contract: MessageContract<T>, data: T, id: string = newId()): string {
    this.saidIds.add(id);
    return this.peer.say(contract, data, { id });
  }

  completed(merchantId: string, totalMinor: number, more: Partial<OrderCompleted> = {}, id?: string): void {
    const { orderId, checkoutId, memberId } = { orderId: newId(), checkoutId: newId(), memberId: newId() };
    const sum = { listMinor: totalMinor, discountMinor: 0, taxMinor: 0, totalMinor };
    const at = new Date().toISOString();
    this.say(
      orderCompleted,
      { ...orderCompleted.example, ...{ orderId, checkoutId, memberId, merchantId, completedAt: at }, ...sum, ...more },
      id,
    );
  }

  refunded(merchantId: string, totalMinor: number, more: Partial<OrderRefunded> = {}): void {
    const at = new Date().toISOString();
    const ids = { refundId: newId(), orderId: newId(), merchantId };
    this.say(orderRefunded, { ...orderRefunded.example, ...ids, totalMinor, refundedAt: at, ...more });
  }

  captured(merchantId: string, walletMinor: number, cardMinor: number, more: Partial<PaymentCaptured> = {}): void {
    const data = { ...paymentCaptured.example, checkoutId: newId(), merchantId, capturedAt: new Date().toISOString() };
    this.say(paymentCaptured, { ...data, tenders: tendersOf(walletMinor, cardMinor), ...more });
  }

  givenBack(merchantId: string, walletMinor: number, cardMinor: number, more: Partial<RefundCompleted> = {}): void {
    const data = { ...refundCompleted.example, refundId: newId(), merchantId };
    this.say(refundCompleted, { ...data, tenders: tendersOf(walletMinor, cardMinor), ...more });
  }

  /** Waits until everything that was said has been counted. */
  async heard(): Promise<void> {
    const ids = [...this.saidIds];
    await eventually(async () => (await this.count('inbox WHERE message_id = ANY($1::uuid[])', [ids])) === ids.length, {
      timeoutMs: 20_000,
    });
  }

  async revenue(merchantId: string, query: Record<string, string> = {}): Promise<RevenueDto> {
    await this.heard();
    const answer = await this.staff(merchantId).get<RevenueDto>('/api/v1/analytics/revenue', { query });
    expect(answer.status).toBe(200);
    return answer.body;
  }

  async dashboard(merchantId: string): Promise<DashboardDto> {
    await this.heard();
    const answer = await this.staff(merchantId).get<DashboardDto>('/api/v1/analytics/dashboard');
    expect(answer.status).toBe(200);
    return answer.body;
  }

  async count(sql: string, params: readonly unknown[] = []): Promise<number> {
    const [row] = await this.service.query<{ count: number }>(`SELECT count(*)::integer AS count FROM ${sql}`, params);
    return row?.count ?? -1;
  }

  async close(): Promise<void> {
    await this.peer.close();
    await this.service.close();
  }
}

function tendersOf(walletMinor: number, cardMinor: number): PaymentCaptured['tenders'] {
  const tenders: PaymentCaptured['tenders'] = [
    { tender: 'wallet', paymentId: newId(), amountMinor: walletMinor },
    { tender: 'card', paymentId: newId(), amountMinor: cardMinor },
  ];
  return tenders.filter(({ amountMinor }) => amountMinor > 0);
}
