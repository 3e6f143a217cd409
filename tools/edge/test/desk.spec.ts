import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import { Webhook } from 'standardwebhooks';
import { type Desk, startDesk } from '../desk/desk';
import { assemble, type Span } from '../desk/traces';

interface Mail {
  id: string;
  subject: string;
  to: string[];
  links: string[];
  text: string;
}

describe('desk', () => {
  let dir: string;
  let desk: Desk;
  let url: string;

  const start = async (): Promise<void> => {
    desk = await startDesk({
      port: 0,
      host: '127.0.0.1',
      smtpPort: 0,
      dir,
      services: {},
      databases: {},
      rabbitmqUrl: undefined,
    });
    url = `http://127.0.0.1:${desk.port}`;
  };

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'desk-'));
    await start();
  });

  afterEach(async () => {
    await desk.stop();
    await rm(dir, { recursive: true });
  });

  const get = async <Body>(path: string): Promise<Body> => (await (await fetch(`${url}${path}`)).json()) as Body;

  async function sendMail(to: string, subject: string): Promise<void> {
    const transport = createTransport({ host: '127.0.0.1', port: desk.smtpPort, secure: false });
    await transport.sendMail({
      from: 'shop@demo.test',
      to,
      subject,
      text: 'Grüße: http://localhost:4000/verify?token=a&x=1.',
      html: '<p onclick="x()">Grüße <a href="http://localhost:4000/verify?token=a&amp;x=1">here</a><script>alert(1)</script></p>',
    });
    transport.close();
  }

  it('receives a mail over SMTP, finds it by recipient and gives its links', async () => {
    const waiting = get<{ data: Mail[] }>('/dev/mail/messages?to=ada@demo.test&wait=5');
    await sendMail('ben@demo.test', 'Hello Ben');
    await sendMail('ada@demo.test', 'Bestätigung ✓');
    const [mail] = (await waiting).data;
    expect(mail).toMatchObject({
      subject: 'Bestätigung ✓',
      to: ['ada@demo.test'],
      links: ['http://localhost:4000/verify?token=a&x=1'],
    });
    expect(mail?.text).toContain('Grüße');
    expect((await get<{ data: Mail[] }>('/dev/mail/messages?subject=hello')).data).toHaveLength(1);
    expect((await get<{ data: Mail[] }>(`/dev/mail/messages?after=${mail?.id}`)).data).toHaveLength(0);
    expect((await fetch(`${url}/dev/mail/messages/99`)).status).toBe(404);
  });

  it('shows a mail without letting it run anything', async () => {
    await sendMail('ada@demo.test', '<img src=x onerror=alert(1)>');
    const listed = await (await fetch(`${url}/dev/mail`)).text();
    expect(listed).toContain('&lt;img');
    const shown = await (await fetch(`${url}/dev/mail/messages/1?format=html`)).text();
    expect(shown).toContain('<iframe sandbox');
    expect(shown).not.toContain('<script>alert');
    const inner = await fetch(`${url}/dev/mail/messages/1/html`);
    expect(inner.headers.get('content-security-policy')).toContain(`default-src 'none'`);
  });

  it('still has the mails after a restart, and numbers go on', async () => {
    await sendMail('ada@demo.test', 'one');
    await desk.stop();
    await start();
    await sendMail('ada@demo.test', 'two');
    expect((await get<{ data: Mail[] }>('/dev/mail/messages')).data.map(({ id, subject }) => [id, subject])).toEqual([
      ['2', 'two'],
      ['1', 'one'],
    ]);
    await fetch(`${url}/dev/mail/messages`, { method: 'DELETE' });
    await desk.stop();
    await start();
    expect((await get<{ data: Mail[] }>('/dev/mail/messages')).data).toEqual([]);
  });

  it('checks the signature of a webhook when it knows the secret, over a restart, and refuses a wrong one', async () => {
    const secret = `whsec_${Buffer.from('0123456789abcdef01234567').toString('base64')}`;
    await fetch(`${url}/dev/webhooks/in/shop`, { method: 'PUT', body: JSON.stringify({ secret }) });
    expect((await stat(join(dir, 'webhook-secrets.json'))).mode & 0o777).toBe(0o600);
    await desk.stop();
    await start();
    const body = '{"type":"orders.order.completed","data":{ "n":1 }}';
    const at = new Date();
    const headers = {
      'content-type': 'application/json',
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': new Webhook(secret).sign('msg_1', at, body),
    };
    const post = (text: string) => fetch(`${url}/dev/webhooks/in/shop`, { method: 'POST', body: text, headers });
    expect((await post(body)).status).toBe(200);
    expect((await post(body.replace('1', '2'))).status).toBe(401);
    expect((await fetch(`${url}/dev/webhooks/in/other`, { method: 'POST', body: 'no json' })).status).toBe(200);
    const { data } = await get<{ data: unknown[] }>('/dev/webhooks/deliveries?name=shop');
    expect(data).toMatchObject([
      { signature_valid: false, times_seen: 2 },
      { signature_valid: true, type: 'orders.order.completed', times_seen: 1, body },
    ]);
    expect((await get<{ data: unknown[] }>('/dev/webhooks/deliveries?name=other')).data).toMatchObject([
      { signature_valid: null, type: null },
    ]);
    expect((await fetch(`${url}/dev/webhooks`)).status).toBe(200);
  });

  it('refuses as often as it was told to', async () => {
    await fetch(`${url}/dev/webhooks/in/shop`, { method: 'PUT', body: '{"fail_next":2,"fail_status":500}' });
    const statuses: number[] = [];
    for (let call = 0; call < 3; call += 1)
      statuses.push((await fetch(`${url}/dev/webhooks/in/shop`, { method: 'POST', body: '{}' })).status);
    expect(statuses).toEqual([500, 500, 200]);
    expect((await fetch(`${url}/dev/webhooks/in/shop`, { method: 'PUT', body: '[' })).status).toBe(400);
  });

  it('puts the spans of several services together to one trace', () => {
    const span = (service: string, traceId: string, startedAt: number, error = false): Span => ({
      service,
      trace_id: traceId,
      span_id: 's',
      parent_id: null,
      name: `${service} work`,
      kind: 'server',
      started_at: startedAt,
      duration_ms: 5,
      error,
      attributes: {},
    });
    const [newest, older] = assemble([
      span('wallet', 't1', 110, true),
      span('orders', 't1', 100),
      span('auth', 't2', 200),
    ]);
    expect(newest).toMatchObject({ trace_id: 't2', services: ['auth'], error: false });
    expect(older).toMatchObject({ name: 'orders work', services: ['orders', 'wallet'], duration_ms: 15, error: true });
  });
});
