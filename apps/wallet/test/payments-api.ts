import { newId } from '@florin/kernel';
import type { HttpClient } from '@florin/testing';
import type { CaptureDto } from '../src/payments/capture.dto';
import type { PaymentDetailDto, PaymentDto, PaymentStepDto } from '../src/payments/payment.dto';
import type { RefundDto } from '../src/refunds/refund.dto';
import { type House, type Page, soon } from './house';

export interface Wanted {
  amount_minor?: number;
  card_token?: string;
  capture_method?: 'manual' | 'automatic';
  processor?: string;
  currency?: string;
  member_id?: string;
  description?: string;
  order_id?: string;
  expires_at?: string;
}

const waiting = { headers: { prefer: 'wait=15' } };

/** Payments as staff make them. */
export class Payments {
  readonly staffId = newId();
  readonly staff: HttpClient;

  constructor(private readonly house: House) {
    this.staff = house.service.http.as({ sub: this.staffId, roles: ['finance_ops'], merchants: [house.merchantId] });
  }

  ask(wanted: Wanted = {}, key?: string) {
    const body = { member_id: newId(), amount_minor: 1_000, currency: 'EUR', card_token: 'tok_visa', ...wanted };
    return this.staff.post<PaymentDto>('/api/v1/payments', body, { ...waiting, ...(key !== undefined && { key }) });
  }

  /** One that stands as the processor left it. */
  async made(wanted: Wanted = {}): Promise<PaymentDto> {
    const answer = await this.ask(wanted);
    expect(answer.status).toBe(201);
    return answer.body;
  }

  capture({ id }: { id: string }, body: object = {}, key?: string) {
    const options = { ...waiting, ...(key !== undefined && { key }) };
    return this.staff.post<CaptureDto>(`/api/v1/payments/${id}/captures`, body, options);
  }

  void({ id }: { id: string }, body: object = {}) {
    return this.staff.post<PaymentDto>(`/api/v1/payments/${id}/void`, body, waiting);
  }

  refund({ id }: { id: string }, amountMinor: number, more: object = {}, key?: string) {
    const body = { amount_minor: amountMinor, reason: 'Broken', ...more };
    const options = { ...waiting, ...(key !== undefined && { key }) };
    return this.staff.post<RefundDto>(`/api/v1/payments/${id}/refunds`, body, options);
  }

  async of({ id }: { id: string }): Promise<PaymentDetailDto> {
    return (await this.staff.get<PaymentDetailDto>(`/api/v1/payments/${id}`)).body;
  }

  async steps({ id }: { id: string }): Promise<PaymentStepDto[]> {
    const query = { limit: '100' };
    return (await this.staff.get<Page<PaymentStepDto>>(`/api/v1/payments/${id}/steps`, { query })).body.data;
  }

  async captures({ id }: { id: string }): Promise<CaptureDto[]> {
    return (await this.staff.get<Page<CaptureDto>>(`/api/v1/payments/${id}/captures`)).body.data;
  }

  async reached(payment: { id: string }, state: string): Promise<PaymentDetailDto> {
    await soon(async () => expect((await this.of(payment)).state).toBe(state));
    return this.of(payment);
  }

  /** What the books say the merchant sold by this payment. */
  async sold({ id }: { id: string }): Promise<number> {
    const booked = await this.house.booked(`payment:${id}`);
    expect(booked.reduce((sum, { amount }) => sum + amount, 0)).toBe(0);
    return booked.filter(({ account }) => account.includes(':sales:')).reduce((sum, { amount }) => sum + amount, 0);
  }

  /** What the processor itself has taken and given back of a payment, in minor units. */
  async atProcessor({
    id,
    processor,
  }: {
    id: string;
    processor: string;
  }): Promise<{ orders: number; taken: number; back: number }> {
    if (processor === 'stripe') {
      const charges = await this.house.wire.charges(id);
      const sum = (name: 'amount_received' | 'amount_refunded') =>
        charges.reduce((total, each) => total + each[name], 0);
      return { orders: charges.length, taken: sum('amount_received'), back: sum('amount_refunded') };
    }
    const orders = this.house.paypal.sandbox.ordersOf(id);
    const cents = ({ value }: { value: string }) => Math.round(Number(value) * 100);
    const taken = orders.flatMap(({ captures }) => captures).filter(({ status }) => status !== 'DECLINED');
    const back = orders.flatMap(({ refunds }) => refunds).filter(({ status }) => status !== 'FAILED');
    const sum = (all: { amount: { value: string } }[]) => all.reduce((total, { amount }) => total + cents(amount), 0);
    return { orders: orders.length, taken: sum(taken), back: sum(back) };
  }
}
