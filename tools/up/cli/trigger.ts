import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { Api } from '../../client/api';
import { personOf } from '../../client/run';
import { Failure } from '../failure';
import { understood } from '../flags';
import type { RunFile } from '../run-file';
import type { Person } from '../secrets';

const usage = 'florin trigger orders.order.completed --member ada --amount 72.50';
const settledAfterMs = 1_500;
const patienceMs = 20_000;
const pollMs = 250;

interface Span {
  service: string;
  name: string;
  started_at: number;
  duration_ms: number;
  error: boolean;
}

interface Product {
  title: string;
  variants: { id: string; sku: string; currency: string }[];
}

export interface Wish {
  member: string;
  amountMinor: number;
}

/** Reads `orders.order.completed --member ada --amount 72.50`; amounts with at most two decimals. */
export function readWish(args: string[]): Wish {
  const { values, positionals } = understood(usage, () =>
    parseArgs({
      // An amount that starts with a dash is no amount, not another option.
      args: args.flatMap((arg, index) =>
        args[index - 1] === '--amount' ? [] : arg === '--amount' ? [`--amount=${args[index + 1] ?? ''}`] : [arg],
      ),
      allowPositionals: true,
      options: { member: { type: 'string', default: 'ada' }, amount: { type: 'string', default: '72.50' } },
    }),
  );
  if (positionals[0] !== 'orders.order.completed') {
    throw new Failure(`${positionals[0] ?? 'nothing'} cannot be triggered from here`, usage);
  }
  const [, whole, cents = ''] = /^(\d{1,7})(?:\.(\d{1,2}))?$/.exec(values.amount) ?? [];
  if (whole === undefined) throw new Failure(`${values.amount} is no amount`, usage);
  return { member: values.member, amountMinor: Number(whole) * 100 + Number(cents.padEnd(2, '0')) };
}

/** Whoever buys: staff have no membership to earn on. */
export function memberOf({ people }: Pick<RunFile, 'people'>, name: string): Person {
  const members = people.filter(({ role }) => role === 'customer');
  const member = members.find((each) => each.name === name);
  if (!member)
    throw new Failure(`no member is called ${name}`, `choose one of ${members.map((each) => each.name).join(', ')}`);
  return member;
}

async function logIn(api: Api, { email, password }: Person): Promise<string> {
  return (await api.post<{ access_token: string }>('/auth/login', { body: { email, password } })).access_token;
}

/** Whose the token is, and for which merchant it is good. Our own token, so it is read without checking. */
function claimsOf(token: string): { sub: string; merchants: string[] } {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) as {
    sub: string;
    merchants: string[];
  };
}

/** The spans of a trace once nothing has been added for a moment: messages travel while we look. */
async function settled(api: Api, traceId: string): Promise<Span[]> {
  const deadline = Date.now() + patienceMs;
  let spans: Span[] = [];
  let changedAt = Date.now();
  while (Date.now() < deadline && Date.now() - changedAt < settledAfterMs) {
    await new Promise((resolve) => setTimeout(resolve, pollMs));
    const { status, body } = await api.call<{ spans: Span[] }>('GET', `//dev/traces/${traceId}`);
    if (status !== 200 || body.spans.length === spans.length) continue;
    spans = body.spans;
    changedAt = Date.now();
  }
  return spans;
}

function told(spans: Span[]): string[] {
  const first = spans[0]?.started_at ?? 0;
  return spans.map(({ service, name, started_at: at, duration_ms: took, error }) => {
    const when = `+${(at - first).toFixed(0)} ms`.padStart(9);
    return `  ${when}  ${service.padEnd(13)} ${name}${error ? '  FAILED' : ''}  (${took.toFixed(1)} ms)`;
  });
}

/**
 * `florin trigger`: a completed order of a member, taken over as from an older system, through the public API. What is said
 * is what a checkout would say, so everybody who listens does what they would do; the trace shows it arriving.
 */
export async function trigger(run: RunFile, args: string[]): Promise<string> {
  const wish = readWish(args);
  const buyer = memberOf(run, wish.member);
  const api = new Api(run.url);
  try {
    const member = claimsOf(await logIn(api, buyer));
    const merchantId = member.merchants[0] ?? '';
    const token = await logIn(api, personOf(run, 'ops'));
    const { data } = await api.get<{ data: Product[] }>(`/products?merchant_id=${merchantId}&limit=1`, {
      token,
      merchantId,
    });
    const variant = data[0]?.variants[0];
    if (!variant)
      throw new Failure('this merchant sells nothing', 'npm start -- --reset brings the demonstration data');
    const traceId = randomBytes(16).toString('hex');
    const order = {
      external_number: `trigger-${traceId.slice(0, 12)}`,
      member_id: member.sub,
      placed_at: new Date().toISOString(),
      lines: [{ variant_id: variant.id, quantity: 1, unit_price_minor: wish.amountMinor }],
    };
    const headers = { traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01` };
    const report = await api.post<{ orders: { outcome: string; refusal_reason?: string }[] }>('/orders/import', {
      token,
      merchantId,
      headers,
      body: { orders: [order] },
    });
    const outcome = report.orders[0];
    if (outcome?.outcome !== 'imported')
      throw new Failure(`the order was not taken: ${outcome?.refusal_reason ?? 'no reason given'}`, usage);
    const amount = `${(wish.amountMinor / 100).toFixed(2)} ${variant.currency}`;
    const lines = told(await settled(api, traceId));
    return [
      `${wish.member} bought ${data[0]?.title} for ${amount}.`,
      ...lines,
      `  ${run.url}/dev/traces/${traceId}?format=html`,
    ].join('\n');
  } finally {
    await api.close();
  }
}
