import { until } from '../client/api';
import { api, balanceOf, teller } from './stage';
import { amount, expect } from './teller';

interface Withdrawal {
  id: string;
  state: string;
  amount_minor: number;
  payout_minor: number;
  provider_reference: string | null;
  steps: { to_state: string; actor: string | null }[];
}

interface Statement {
  opening_minor: number;
  closing_minor: number;
  lines: { kind: string; amount_minor: number; balance_after_minor: number }[];
}

/** What is left in the wallet goes to a bank account, once somebody of finance has approved it. */
export async function withdraw(token: string, finance: string, merchantId: string): Promise<void> {
  const before = (await balanceOf(token)).available_minor;
  const asked = await teller.step('ask for a withdrawal', async () => {
    const beneficiary = await api.post<{ id: string; iban_masked: string }>('/beneficiaries', {
      token,
      body: { holder: 'Sam Shopper', iban: 'NL91 ABNA 0417 1643 00' },
    });
    const body = { amount_minor: before, currency: 'EUR', beneficiary_id: beneficiary.id };
    const withdrawal = await api.post<Withdrawal>('/withdrawals', { token, body });
    const again = await api.call<{ code: string }>('POST', '/withdrawals', { token, body });
    expect(again.status === 422, 'the same money cannot be asked for twice');
    const left = (await balanceOf(token)).available_minor;
    expect(withdrawal.state === 'requested' && left === 0, 'the money is set aside at once');
    return { saw: `${amount(before, 'EUR')} to ${beneficiary.iban_masked}, set aside`, value: withdrawal };
  });
  await teller.step('finance approves, the provider pays', async () => {
    const own = await api.call('POST', `/withdrawals/${asked.id}/approve`, { token, body: {} });
    expect(own.status === 403, 'a member cannot approve their own withdrawal');
    await api.post(`/withdrawals/${asked.id}/approve`, { token: finance, merchantId, body: { reason: 'looks right' } });
    await api.call('POST', '/payouts/batches', { token: finance, merchantId, body: { currency: 'EUR' } });
    const paid = await until('the payout', async () => {
      const now = await api.get<Withdrawal>(`/withdrawals/${asked.id}`, { token });
      return now.state === 'paid' ? now : undefined;
    });
    return {
      saw: `${amount(paid.payout_minor, 'EUR')} paid as ${paid.provider_reference}`,
      look: paid.steps.map(({ to_state }) => to_state).join(' → '),
      value: undefined,
    };
  });
}

/** Every change of the wallet since it began, each with the balance after it. */
export async function statement(token: string): Promise<void> {
  await teller.step('the statement of the wallet', async () => {
    const { opening_minor, closing_minor, lines } = await api.get<Statement>(
      '/wallet/statements?currency=EUR&limit=100',
      {
        token,
      },
    );
    let running = opening_minor;
    for (const line of lines) {
      running += line.amount_minor;
      expect(line.balance_after_minor === running, `after ${line.kind} the balance is ${running}`);
    }
    expect(opening_minor === 0 && running === closing_minor, 'opening and lines make the closing balance');
    return {
      saw: `${lines.map(({ kind }) => kind).join(', ')}; ends with ${amount(closing_minor, 'EUR')}`,
      value: undefined,
    };
  });
}
