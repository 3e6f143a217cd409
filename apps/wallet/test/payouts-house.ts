import { Jobs } from '@florin/database';
import { newId } from '@florin/kernel';
import { type Answer, eventually, type HttpClient } from '@florin/testing';
import {
  eventOf,
  type PayoutSandbox,
  type PayoutSandboxOptions,
  payoutSignature,
  startPayouts,
} from '../../../tools/sandbox/payouts';
import type { BeneficiaryDto } from '../src/beneficiaries/beneficiary.dto';
import { defaultRules, type PayoutRules } from '../src/payout-settings/payout-rules';
import type { BatchDetailDto } from '../src/payouts/batch.dto';
import type { WithdrawalDetailDto } from '../src/withdrawals/withdrawal.dto';
import { House, type HouseOptions, type Member } from './house';

/** A provider that hides is asked again after 1, 2, 4 and 8 seconds, each with a random part. */
const patienceMs = 45_000;
jest.setTimeout(2 * patienceMs + 30_000);

export type { Lie, Status } from '../../../tools/sandbox/payouts';

const account = { organizationId: 'florin_local', apiKey: 'payout_local', webhookKey: 'payout_webhook_local' };
export const webhookPath = '/api/v1/payouts/webhooks/modern_treasury';

/** No waiting, no fee, and one person who looks. */
export const plainRules: PayoutRules = { ...defaultRules, cool_down_minutes: 0, minimum_minor: 100 };

export type SandboxOptions = Partial<Omit<PayoutSandboxOptions, keyof typeof account>>;

/** A payout provider with the account of a local run. */
export function startProvider(options: SandboxOptions = {}): Promise<PayoutSandbox> {
  return startPayouts({ ...account, stepMs: 60, slowAnswerMs: 1_500, ...options });
}

/** A German IBAN (ISO 13616: check digits are 98 less the rest by 97) of a made-up bank. */
export function ibanOf(number: number): string {
  const bban = `50010517${String(number).padStart(10, '0')}`;
  const rest = [...`${bban}131400`].reduce((sum, digit) => (sum * 10 + Number(digit)) % 97, 0);
  return `DE${String(98 - rest).padStart(2, '0')}${bban}`;
}

let ibans = 5_324_000;
export const nextIban = (): string => ibanOf((ibans += 1));

/** The wallet with a payout provider behind it that lies where it is asked to, by the holder's last name. */
export class PayoutsHouse {
  private constructor(
    readonly house: House,
    readonly provider: PayoutSandbox,
  ) {}

  static async open({ sandbox, ...options }: HouseOptions & { sandbox?: SandboxOptions } = {}): Promise<PayoutsHouse> {
    const provider = await startProvider(sandbox);
    const env = { PAYOUT_URL: provider.url, PAYOUT_TIMEOUT_MS: '500', ...options.env };
    const house = await House.open({ ...options, env });
    provider.webhookUrl = `${house.service.url}${webhookPath}`;
    return new PayoutsHouse(house, provider);
  }

  get finance(): HttpClient {
    return this.house.staff('finance_ops');
  }

  /** Somebody of the finance people, with a name of their own. */
  officer(id: string = newId()): HttpClient {
    return this.house.service.http.as({ sub: id, roles: ['finance_ops'], merchants: [this.house.merchantId] });
  }

  async set(rules: Partial<PayoutRules>, currency = 'EUR'): Promise<void> {
    const path = '/api/v1/payouts/settings';
    const before = await this.finance.get<{ version: number }>(path, { query: { currency } });
    const headers = { 'if-match': before.headers.get('etag') ?? '' };
    const answer = await this.finance.put(path, { currency, ...plainRules, ...rules }, { headers });
    expect([answer.status, answer.problem]).toEqual([200, undefined]);
  }

  async beneficiary(member: Member, holder = 'Ada Lovelace', iban = nextIban()): Promise<BeneficiaryDto> {
    const answer = await member.http.post<BeneficiaryDto>('/api/v1/beneficiaries', { holder, iban });
    expect([answer.status, answer.problem]).toEqual([201, undefined]);
    return answer.body;
  }

  ask(member: Member, beneficiaryId: string, amountMinor: number, key?: string): Promise<Answer<WithdrawalDetailDto>> {
    const body = { amount_minor: amountMinor, currency: 'EUR', beneficiary_id: beneficiaryId };
    return member.http.post<WithdrawalDetailDto>('/api/v1/withdrawals', body, key === undefined ? {} : { key });
  }

  /** Asked for and not yet approved. */
  async requested(member: Member, amountMinor: number, holder = 'Ada Lovelace'): Promise<WithdrawalDetailDto> {
    const answer = await this.ask(member, (await this.beneficiary(member, holder)).id, amountMinor);
    expect([answer.status, answer.problem]).toEqual([201, undefined]);
    return answer.body;
  }

  decide(http: HttpClient, id: string, how: 'approve' | 'reject' | 'cancel'): Promise<Answer<WithdrawalDetailDto>> {
    const body = how === 'reject' ? { reason: 'Not this one.' } : {};
    return http.post<WithdrawalDetailDto>(`/api/v1/withdrawals/${id}/${how}`, body);
  }

  async approved(member: Member, amountMinor: number, holder?: string): Promise<WithdrawalDetailDto> {
    const { id } = await this.requested(member, amountMinor, holder);
    const answer = await this.decide(this.officer(), id, 'approve');
    expect([answer.status, answer.body.state]).toEqual([200, 'held']);
    return answer.body;
  }

  async gather(): Promise<BatchDetailDto> {
    const answer = await this.finance.post<BatchDetailDto>('/api/v1/payouts/batches', { currency: 'EUR' });
    expect([answer.status, answer.problem]).toEqual([201, undefined]);
    return answer.body;
  }

  /** Approved, in a batch, and on its way to the provider. */
  async sent(member: Member, amountMinor: number, holder?: string): Promise<WithdrawalDetailDto> {
    const withdrawal = await this.approved(member, amountMinor, holder);
    await this.gather();
    return withdrawal;
  }

  async one(id: string): Promise<WithdrawalDetailDto> {
    const answer = await this.finance.get<WithdrawalDetailDto>(`/api/v1/withdrawals/${id}`);
    expect(answer.status).toBe(200);
    return answer.body;
  }

  /** Waits until it stands so. */
  async reached({ id }: { id: string }, state: string): Promise<WithdrawalDetailDto> {
    return eventually(
      async () => {
        const withdrawal = await this.one(id);
        expect(withdrawal.state).toBe(state);
        return withdrawal;
      },
      { timeoutMs: patienceMs },
    );
  }

  /** Says it as the provider does: the bytes signed, no token. */
  tell(id: string, status: string, { eventId = newId(), by = account.webhookKey, orderId = 'po_told' } = {}) {
    const body = eventOf(
      {
        ...{ id: orderId, object: 'payment_order', type: 'sepa', direction: 'credit', amount: 1, currency: 'EUR' },
        ...{ status: 'approved', metadata: { withdrawal_id: id }, created_at: new Date().toISOString() },
      },
      status,
    );
    return this.tellBody(body, eventId, by);
  }

  tellBody(body: string, eventId: string = newId(), by: string = account.webhookKey, path = webhookPath) {
    const headers = { 'x-signature': payoutSignature(body, by), 'x-webhook-id': eventId, 'x-topic': 'payment_order' };
    return this.house.service.http.post<{ outcome: string }>(path, body, { key: null, headers });
  }

  /** What the nightly job does: asks about what has ended. */
  async recheck(): Promise<void> {
    await eventually(() => this.provider.isSettled, { timeoutMs: patienceMs });
    await this.house.service.app.get(Jobs).runByHand('recheck-payouts');
    await eventually(async () => (await this.house.count('wallet_withdrawals WHERE action IS NOT NULL')) === 0, {
      timeoutMs: patienceMs,
    });
  }

  /** What our books say went out to a withdrawal and stayed out. */
  async bookedOut(id: string): Promise<number> {
    const [row] = await this.house.service.query<{ out: number }>(
      `SELECT coalesce(sum(posting.amount), 0)::bigint AS out FROM ledger_journals AS journal
       JOIN ledger_postings AS posting ON posting.journal_id = journal.id JOIN ledger_accounts AS account ON account.id = posting.account_id
       WHERE journal.reference = $1 AND account.code LIKE 'merchant:%:payouts:%'`,
      [`withdrawal:${id}`],
    );
    return row?.out ?? Number.NaN;
  }

  /** The provider paid each payout at most once, and its book says what ours says. */
  async booksAgree(): Promise<void> {
    const { movements } = this.provider.book;
    const twice = movements.filter(
      (one, index) => movements.findIndex(({ intent, moved }) => intent === one.intent && moved === one.moved) < index,
    );
    expect(twice).toEqual([]);
    const ids = await this.house.service.query<{ id: string }>('SELECT id FROM wallet_withdrawals');
    const ours = await Promise.all(ids.map(async ({ id }) => [id, await this.bookedOut(id)] as const));
    expect(Object.fromEntries(ours)).toEqual(
      Object.fromEntries(ids.map(({ id }) => [id, this.provider.book.netOf(id)])),
    );
    expect(await this.house.faultsInBooks()).toEqual([]);
  }

  async close(): Promise<void> {
    await this.house.close();
    await this.provider.stop();
  }
}
