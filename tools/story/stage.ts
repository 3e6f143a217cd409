import { Api, until } from '../client/api';
import { currentRun, personOf } from '../client/run';
import type { Page, Receipt, Tokens } from '../client/shapes';
import { Teller } from './teller';

/** What every scene uses. */
export const run = currentRun();
export const api = new Api(run.url);
export const teller = new Teller();
export const waitSeconds = 20;

export async function logIn(name: string): Promise<string> {
  const { email, password } = personOf(run, name);
  return (await api.post<Tokens>('/auth/login', { body: { email, password } })).access_token;
}

export async function balanceOf(token: string) {
  const wallet = await api.get<{
    balances: { currency: string; available_minor: number; cashback_pending_minor: number }[];
  }>('/wallet', { token });
  return (
    wallet.balances.find(({ currency }) => currency === 'EUR') ?? {
      currency: 'EUR',
      available_minor: 0,
      cashback_pending_minor: 0,
    }
  );
}

export function mailTo(email: string, subject: string): Promise<{ id: string; subject: string; links: string[] }> {
  return until(`a mail to ${email} about "${subject}"`, async () => {
    const mails = await api.get<{ data: { id: string; subject: string; to: string[]; links: string[] }[] }>(
      `//dev/mail/messages?to=${encodeURIComponent(email)}`,
    );
    return mails.data.find((mail) => mail.to.includes(email) && mail.subject.includes(subject));
  });
}

export async function receiptOf(token: string, match: (receipt: Receipt) => boolean): Promise<Receipt> {
  return until('a receipt', async () => {
    const receipts = await api.get<Page<Receipt>>('/loyalty/members/me/receipts', { token });
    return receipts.data.find(match);
  });
}

export async function revenueOf(token: string, merchantId: string): Promise<number> {
  const today = new Date().toISOString().slice(0, 10);
  const revenue = await api.get<{ totals: { currency: string; sales_minor: number }[] }>(
    `/analytics/revenue?from=${today}&to=${today}`,
    { token, merchantId },
  );
  return revenue.totals.find(({ currency }) => currency === 'EUR')?.sales_minor ?? 0;
}
