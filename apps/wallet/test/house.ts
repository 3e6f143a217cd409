import { Transactions } from '@florin/database';
import {
  type MessageContract,
  paymentConfirm,
  paymentRelease,
  paymentReserve,
  type PaymentReserve,
} from '@florin/contracts';
import { type Clock, newId, present } from '@florin/kernel';
import { ledgerProofs } from '@florin/ledger';
import { eventually, type HttpClient, Peer, type SayOptions, startService, type StartedService } from '@florin/testing';
import type { WalletBalanceDto, WalletDto } from '../src/accounts/wallet.dto';
import { AppModule } from '../src/app.module';
import { migrations } from '../src/migrations';
import type { PaymentDetailDto, PaymentDto } from '../src/payments/payment.dto';
import type { TopupDto } from '../src/topups/topup.dto';
import {
  type Paypal,
  type PaypalOptions,
  type Sandbox,
  type SandboxOptions,
  startPaypalSandbox,
  startSandbox,
} from './sandbox';
import { Wire } from './wire';

export interface Member {
  id: string;
  http: HttpClient;
}

export interface HouseOptions extends SandboxOptions {
  clock?: Clock;
  env?: Record<string, string>;
  /** With the second processor too. */
  paypal?: PaypalOptions;
}

/** The second processor and the wire to it. */
export interface Second {
  sandbox: Paypal;
  wire: Wire;
}

/** What is asked of one checkout: how much of which tender. */
export type Asked = Partial<PaymentReserve> & { walletMinor?: number; cardMinor?: number };

export interface Page<Row> {
  data: Row[];
  next_cursor: string | null;
  has_more: boolean;
}

/** Waits until the expectations hold. */
export function soon(expectations: () => void | Promise<void>): Promise<true> {
  return eventually(async () => {
    await expectations();
    return true;
  });
}

/** The wallet, the card processor behind a wire that can be cut, and a peer that speaks for orders and loyalty. */
export class House {
  readonly merchantId = newId();
  private readonly saidIds = new Set<string>();

  private constructor(
    readonly service: StartedService,
    readonly peer: Peer,
    readonly processor: Sandbox,
    readonly wire: Wire,
    private readonly second: Second | undefined,
  ) {}

  static async open({ slowAnswerMs, lateWebhookMs, paypal, ...options }: HouseOptions = {}): Promise<House> {
    const processor = await startSandbox({ slowAnswerMs, lateWebhookMs });
    const wire = await Wire.to(processor.url);
    const second = paypal && (await House.secondOf({ slowAnswerMs, lateWebhookMs, ...paypal }));
    const service = await startService(AppModule, {
      migrations,
      ...options,
      env: { PROCESSOR_URL: wire.url, ...(second && environmentOf(second)), ...options.env },
    });
    processor.webhookUrl = `${service.url}/api/v1/payments/webhooks/sandbox`;
    if (second) second.sandbox.webhookUrl = `${service.url}/api/v1/payments/webhooks/paypal`;
    return new House(service, await Peer.open(service.broker), processor, wire, second);
  }

  private static async secondOf(options: PaypalOptions): Promise<Second> {
    const sandbox = await startPaypalSandbox(options);
    return { sandbox, wire: await Wire.to(sandbox.url) };
  }

  /** The second processor, in a house that was opened with it. */
  get paypal(): Second {
    return present(this.second, 'this house was opened with a second processor');
  }

  /** A new member of the merchant, signed in. */
  member(id: string = newId(), merchants: string[] = [this.merchantId]): Member {
    return { id, http: this.service.http.as({ sub: id, roles: ['customer'], merchants }) };
  }

  staff(role: string, merchants: string[] = [this.merchantId]): HttpClient {
    return this.service.http.as({ roles: [role], merchants });
  }

  /** A new member with money. */
  async rich(amountMinor: number, currency = 'EUR'): Promise<Member> {
    const member = this.member();
    await this.topUp(member, amountMinor, currency);
    return member;
  }

  async topUp(member: Member, amountMinor: number, currency = 'EUR', cardToken = 'tok_visa'): Promise<TopupDto> {
    const body = { amount_minor: amountMinor, currency, card_token: cardToken };
    const answer = await member.http.post<TopupDto>('/api/v1/topups', body, { headers: { prefer: 'wait=20' } });
    expect(answer.status).toBe(201);
    return answer.body;
  }

  /** Asks for the money of a new checkout, as orders does. */
  reserve(member: Member, asked: Asked): PaymentReserve {
    const command = this.command(member, asked);
    this.say(paymentReserve, command);
    return command;
  }

  command(member: Member, asked: Asked): PaymentReserve {
    return {
      checkoutId: newId(),
      orderId: newId(),
      merchantId: this.merchantId,
      memberId: member.id,
      currency: 'EUR',
      walletMinor: 0,
      cardMinor: 0,
      ...(asked.cardMinor && { cardToken: 'tok_visa' }),
      expiresAt: new Date(Date.now() + 900_000).toISOString(),
      ...asked,
    };
  }

  confirm({ checkoutId }: { checkoutId: string }): void {
    this.say(paymentConfirm, { checkoutId });
  }

  release({ checkoutId }: { checkoutId: string }, reason = 'The goods are sold out'): void {
    this.say(paymentRelease, { checkoutId, reason });
  }

  say<T extends object>(contract: MessageContract<T>, data: T, { id = newId() }: SayOptions = {}): void {
    this.saidIds.add(id);
    this.peer.say(contract, data, { id });
  }

  /** Waits until everything that was said here has taken effect. */
  async heard(): Promise<void> {
    const ids = [...this.saidIds];
    await soon(async () =>
      expect(await this.count('inbox WHERE message_id = ANY($1::uuid[])', [ids])).toBe(ids.length),
    );
  }

  /** How often it was said about the thing, by what the wallet wrote down to say. */
  times(contract: { type: string }, subject: string): Promise<number> {
    return this.count('outbox WHERE type = $1 AND subject = $2', [contract.type, subject]);
  }

  /** Waits until it was said about the thing; gives it. */
  async said<T extends object>(contract: MessageContract<T>, about: Partial<Record<keyof T, unknown>>): Promise<T> {
    return eventually(() => this.peer.of(contract, about)[0]);
  }

  /** Reserves, confirms and waits for the capture. */
  async paid(member: Member, asked: Asked): Promise<PaymentReserve> {
    const command = this.reserve(member, asked);
    await this.reached(command, 'reserved');
    this.confirm(command);
    await this.reached(command, 'captured');
    return command;
  }

  /** Waits until the checkout stands so. */
  async reached({ checkoutId }: { checkoutId: string }, state: string): Promise<void> {
    await soon(async () => expect(await this.stateOf(checkoutId)).toBe(state));
  }

  async stateOf(checkoutId: string): Promise<string | undefined> {
    const [row] = await this.service.query<{ state: string }>(
      'SELECT state FROM checkout_payments WHERE checkout_id = $1',
      [checkoutId],
    );
    return row?.state;
  }

  async wallet(member: Member, currency = 'EUR'): Promise<WalletBalanceDto | undefined> {
    const answer = await member.http.get<WalletDto>('/api/v1/wallet');
    expect(answer.status).toBe(200);
    return answer.body.balances.find((balance) => balance.currency === currency);
  }

  /** The one card payment of an order, as staff see it. */
  async payment({ orderId }: { orderId: string }): Promise<PaymentDetailDto> {
    const staff = this.staff('finance_ops');
    const { body } = await staff.get<Page<PaymentDto>>('/api/v1/payments', { query: { order_id: orderId } });
    expect(body.data).toHaveLength(1);
    return (await staff.get<PaymentDetailDto>(`/api/v1/payments/${body.data[0]?.id}`)).body;
  }

  /** What was booked for a reference, as account → amount per journal. */
  booked(reference: string): Promise<{ kind: string; account: string; amount: number }[]> {
    return this.service.query(
      `SELECT journal.kind, account.code AS account, posting.amount FROM ledger_journals AS journal
       JOIN ledger_postings AS posting ON posting.journal_id = journal.id
       JOIN ledger_accounts AS account ON account.id = posting.account_id
       WHERE journal.reference = $1 ORDER BY journal.inserted_at, journal.kind, posting.amount`,
      [reference],
    );
  }

  async count(sql: string, params: readonly unknown[] = []): Promise<number> {
    const [row] = await this.service.query<{ count: number }>(`SELECT count(*)::integer AS count FROM ${sql}`, params);
    return row?.count ?? -1;
  }

  /** What the books' own proofs find wrong. */
  async faultsInBooks(): Promise<string[]> {
    const faults = await this.service.app.get(Transactions).run(async (tx) => {
      const found: string[] = [];
      for (const proof of ledgerProofs) {
        const { offenders } = await proof.run(tx, 10);
        found.push(...offenders.map(({ subject, detail }) => `${proof.name}: ${subject} ${detail}`));
      }
      return found;
    });
    return faults;
  }

  async close(): Promise<void> {
    await this.peer.close();
    await this.service.close();
    await this.wire.close();
    await this.processor.stop();
    await this.second?.wire.close();
    await this.second?.sandbox.stop();
  }
}

const environmentOf = ({ sandbox, wire }: Second) => ({
  PAYPAL_URL: wire.url,
  PAYPAL_CERTIFICATES_ORIGIN: sandbox.url,
});
