import { parseArgs } from 'node:util';
import { Api, ApiError } from '../../client/api';
import { personOf } from '../../client/run';
import { Failure } from '../failure';
import { understood } from '../flags';
import type { RunFile } from '../run-file';

const usage = 'florin close 2026-11 [--approve | --verify] [--merchant name] [--json]';

/** Four eyes: who works a month out, and who approves it. */
const [preparer, approver] = ['finance', 'ops'];

const columns = ['opening', 'additions', 'clawed_back', 'redeemed', 'breakage', 'expired', 'closing'] as const;

interface Close {
  id: string;
  period: string;
  state: string;
  hash: string;
  programs: (Record<`${(typeof columns)[number]}_minor`, number> & {
    program_id: string;
    currency: string;
    expected_points: number;
    expected_low_points: number;
    expected_high_points: number;
  })[];
}

interface Verification {
  ok: boolean;
  checks: { name: string; ok: boolean; expected: string; found: string }[];
}

interface Merchant {
  id: string;
  name: string;
  slug: string;
}

interface Wish {
  period: string;
  what: 'prepare' | 'approve' | 'verify';
  merchant: string | undefined;
  json: boolean;
}

/** Reads `2026-11 --approve`. */
export function readWish(args: string[]): Wish {
  const { values, positionals } = understood(usage, () =>
    parseArgs({
      args,
      allowPositionals: true,
      options: {
        approve: { type: 'boolean', default: false },
        verify: { type: 'boolean', default: false },
        merchant: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    }),
  );
  const [period = ''] = positionals;
  if (!/^20\d{2}-(0[1-9]|1[0-2])$/.test(period) || positionals.length > 1)
    throw new Failure(`${positionals.join(' ') || 'nothing'} is no month`, usage);
  if (values.approve && values.verify) throw new Failure('a month is approved or verified, not both at once', usage);
  const what = values.approve ? 'approve' : values.verify ? 'verify' : 'prepare';
  return { period, what, merchant: values.merchant, json: values.json };
}

/** A month as a table: a row per program, amounts in minor units. */
export function table({ period, state, hash, programs }: Close): string[] {
  const cell = (text: string | number) => String(text).padStart(12);
  return [
    `${period}: ${state}, ${hash.slice(0, 16)}…`,
    `  ${'program'.padEnd(36)} ${columns.map(cell).join('')}`,
    ...programs.map(
      (line) =>
        `  ${line.program_id} ${columns.map((name) => cell(line[`${name}_minor`])).join('')} ${line.currency}` +
        `, ${line.expected_points} points expected (${line.expected_low_points} to ${line.expected_high_points})`,
    ),
  ];
}

/** `florin close 2026-11`: works the month out for every merchant; `--approve` books and locks it, `--verify` computes it again. */
export async function close(run: Pick<RunFile, 'url' | 'people'>, args: string[]): Promise<string> {
  const wish = readWish(args);
  const api = new Api(run.url);
  try {
    const token = await logIn(api, run, wish.what === 'approve' ? approver : preparer);
    const merchants = await chosen(api, await logIn(api, run, approver), wish.merchant);
    const told: { merchant: string; close: unknown; text: string[] }[] = [];
    for (const { id, name } of merchants) {
      const answer = await one(api, { token, merchantId: id }, wish).catch((error: unknown) => {
        throw error instanceof ApiError ? new Failure(`${name}: ${error.detail}`, usage) : error;
      });
      told.push({ merchant: name, ...answer, text: [name, ...answer.text.map((line) => `  ${line}`)] });
    }
    if (wish.json)
      return JSON.stringify(
        told.map(({ merchant, close: body }) => ({ merchant, close: body })),
        null,
        2,
      );
    return told.flatMap(({ text }) => text).join('\n');
  } finally {
    await api.close();
  }
}

async function one(
  api: Api,
  as: { token: string; merchantId: string },
  { period, what }: Wish,
): Promise<{ close: unknown; text: string[] }> {
  if (what === 'prepare') {
    const prepared = await api.post<Close>('/closes', { ...as, body: { period } });
    return { close: prepared, text: [...table(prepared), `approve it: florin close ${period} --approve`] };
  }
  const { data } = await api.get<{ data: Close[] }>('/closes?limit=100', as);
  const found = data.find((each) => each.period === period);
  if (!found) throw new Failure(`${period} was not prepared`, `florin close ${period}`);
  if (what === 'approve') {
    const closed = await api.post<Close>(`/closes/${found.id}/approve`, { ...as, body: {} });
    return { close: closed, text: table(closed) };
  }
  const verified = await api.get<Verification>(`/closes/${found.id}/verify`, as);
  const wrong = verified.checks.filter(({ ok }) => !ok);
  const text = verified.ok
    ? [`${period} is as it was closed: ${verified.checks.length} checks hold`]
    : wrong.map(({ name, expected, found: seen }) => `${period}: ${name} should be ${expected}, is ${seen}`);
  return { close: verified, text };
}

async function chosen(api: Api, token: string, name: string | undefined): Promise<Merchant[]> {
  const { data } = await api.get<{ data: Merchant[] }>('/merchants?limit=100', { token });
  const found = name === undefined ? data : data.filter((each) => [each.id, each.name, each.slug].includes(name));
  if (found.length === 0)
    throw new Failure(`no merchant is called ${name}`, `choose one of ${data.map(({ slug }) => slug).join(', ')}`);
  return found;
}

async function logIn(api: Api, run: Pick<RunFile, 'people'>, name: string): Promise<string> {
  const { email, password } = personOf(run as RunFile, name);
  return (await api.post<{ access_token: string }>('/auth/login', { body: { email, password } })).access_token;
}
