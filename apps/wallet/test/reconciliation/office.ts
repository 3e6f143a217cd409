import { newId } from '@florin/kernel';
import type { Answer, HttpClient } from '@florin/testing';
import type { StatementAccountDto } from '../../src/reconciliation/account.dto';
import type { ExceptionDto, MatchDto } from '../../src/reconciliation/exception.dto';
import { ReconcileJob } from '../../src/reconciliation/reconcile-job';
import type { ReportDto } from '../../src/reconciliation/report.dto';
import type { ImportDto, LineDto } from '../../src/reconciliation/statement.dto';
import { House, type Member, type Page } from '../house';
import { stripeReport, today } from './files';

const root = '/api/v1/reconciliation';

/** One merchant's bookkeeping: a house with an account at its processor and one at its bank. */
export class Office {
  private constructor(
    readonly house: House,
    readonly finance: HttpClient,
    readonly processor: StatementAccountDto,
    readonly bank: StatementAccountDto,
  ) {}

  static async open(house: House, more: object = {}): Promise<Office> {
    const finance = person(house);
    const account = async (kind: string, externalId: string) => {
      const body = { kind, name: `The ${kind}`, external_id: externalId, currency: 'EUR', ...more };
      const answer = await finance.post<StatementAccountDto>(`${root}/accounts`, body);
      expect(answer.status).toBe(201);
      return answer.body;
    };
    const digits = String(Date.now()).slice(-10) + String(Math.floor(Math.random() * 1e8)).padStart(8, '0');
    return new Office(
      house,
      finance,
      await account('processor', `acct_${newId()}`),
      await account('bank', `DE${digits}`),
    );
  }

  /** Other eyes. */
  colleague(): HttpClient {
    return person(this.house);
  }

  send(
    account: { id: string },
    text: string | Uint8Array,
    {
      type,
      path = 'statements',
      key,
      corrects,
    }: { type?: string; path?: string; key?: string; corrects?: string } = {},
  ): Promise<Answer<ImportDto>> {
    const isXml = typeof text === 'string' ? text.trimStart().startsWith('<') : Buffer.from(text).includes('<?xml');
    return this.finance.send('POST', `${root}/${path}`, text, {
      headers: { 'content-type': type ?? (isXml ? 'application/xml' : 'text/csv') },
      query: { account_id: account.id, ...(corrects && { corrects }) },
      ...(key && { key }),
    });
  }

  /** Sends a statement that must be taken. */
  async take(account: { id: string }, text: string, corrects?: string): Promise<ImportDto> {
    const answer = await this.send(account, text, { ...(corrects && { corrects }) });
    expect([answer.status, answer.problem?.detail]).toEqual([201, undefined]);
    return answer.body;
  }

  async lines(imported: ImportDto): Promise<LineDto[]> {
    const lines: LineDto[] = [];
    for (const { id } of imported.statements) {
      const query = { limit: 100 };
      lines.push(...(await this.finance.get<Page<LineDto>>(`${root}/statements/${id}/lines`, { query })).body.data);
    }
    return lines;
  }

  async exceptions(account: { id: string }, state: string | undefined = 'open'): Promise<ExceptionDto[]> {
    const query = { account_id: account.id, limit: 100, ...(state && { state }) };
    return (await this.finance.get<Page<ExceptionDto>>(`${root}/exceptions`, { query })).body.data;
  }

  async matches(account: { id: string }): Promise<MatchDto[]> {
    const query = { account_id: account.id, limit: 100 };
    return (await this.finance.get<Page<MatchDto>>(`${root}/matches`, { query })).body.data;
  }

  async report(account: { id: string }, from = today(400), to = today(-400)): Promise<ReportDto> {
    const query = { account_id: account.id, from, to };
    return (await this.finance.get<ReportDto>(`${root}/report`, { query })).body;
  }

  /** The job, as its schedule runs it. */
  reconcile(): Promise<void> {
    return this.house.service.app.get(ReconcileJob).run();
  }

  /** A new member whose card was charged; gives the payment as the processor names it. */
  async charged(amountMinor: number): Promise<{ member: Member; id: string; intent: string }> {
    const member = this.house.member();
    const { payment_id: id } = await this.house.topUp(member, amountMinor);
    const [row] = await this.house.service.query<{ intent: string }>(
      'SELECT provider_reference AS intent FROM payment_transactions WHERE id = $1',
      [id],
    );
    return { member, id, intent: row?.intent ?? '' };
  }

  /** What the books have on an account of this office, as what we have. */
  async onBooks(code: string): Promise<number> {
    const [row] = await this.house.service.query<{ posted: number }>(
      'SELECT posted FROM ledger_accounts WHERE code = $1',
      [`merchant:${this.house.merchantId}:${code}:EUR`],
    );
    return 0 - (row?.posted ?? 0);
  }

  get root(): string {
    return root;
  }
}

/** Somebody of finance, the same one in every request. */
const person = (house: House): HttpClient =>
  house.service.http.as({ sub: newId(), roles: ['finance_ops'], merchants: [house.merchantId] });

/** A statement with a line that nothing explains, as the table of bad input needs to know of. */
export async function reconciled(house: House): Promise<Record<string, string>> {
  const office = await Office.open(house);
  const imported = await office.take(office.processor, stripeReport([{ category: 'other', gross: 5 }]));
  const [exception] = await office.exceptions(office.processor);
  return {
    '/reconciliation/statements': imported.statements[0]?.id ?? '',
    '/reconciliation/exceptions': exception?.id ?? '',
    account_id: office.processor.id,
  };
}
