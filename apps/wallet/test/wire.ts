import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { request } from 'undici';
import { apiKey } from './sandbox';

/** One question to the processor. */
export interface Call {
  method: string;
  path: string;
  key: string | undefined;
  body: string;
}

/** What happens to a call on its way; a number is answered by the wire itself with that status. */
export type Fate = 'arrives' | 'question lost' | 'answer lost' | 'answered twice' | number;

interface Intent {
  id: string;
  status: string;
  amount_received: number;
  amount_refunded: number;
}

/** The line between wallet and processor. It keeps a list of what passed, and a test can cut it on either side. */
export class Wire {
  readonly calls: Call[] = [];
  /** Decides about each call; by default everything arrives. */
  fate: (call: Call) => Fate | Promise<Fate> = () => 'arrives';

  private constructor(
    private readonly server: Server,
    private readonly target: string,
  ) {}

  static async to(target: string): Promise<Wire> {
    const server = createServer((question, answer) => void wire.carry(question, answer));
    const wire = new Wire(server, target);
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    return wire;
  }

  get url(): string {
    const address = this.server.address();
    return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  }

  /** Everything arrives again. */
  mend(): void {
    this.fate = () => 'arrives';
  }

  /** The questions of one kind, about one payment or refund where asked: our id is in the key. */
  about(id: string, kind?: 'authorise' | 'capture' | 'void' | 'refund'): Call[] {
    return this.calls.filter(({ key }) => (kind ? key === `${kind}:${id}` : key?.endsWith(`:${id}`)));
  }

  /** What the processor itself knows of a payment. */
  async charges(paymentId: string): Promise<Intent[]> {
    const answer = await request(`${this.target}/v1/payment_intents?metadata_ref=${paymentId}`, {
      headers: { authorization: `Bearer ${apiKey}` },
    });
    return ((await answer.body.json()) as { data: Intent[] }).data;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((closed) => this.server.close(closed));
  }

  private async carry(question: IncomingMessage, answer: ServerResponse): Promise<void> {
    const body = await textOf(question);
    const { method = 'GET', url = '/', headers } = question;
    const key = headers['idempotency-key'] ?? headers['paypal-request-id'];
    const call: Call = { method, path: url, key: typeof key === 'string' ? key : undefined, body };
    this.calls.push(call);
    const fate = await this.fate(call);
    if (typeof fate === 'number') {
      answer.writeHead(fate, { 'content-type': 'application/json' }).end('{"error":{"code":"the_wire_says_no"}}');
      return;
    }
    if (fate === 'question lost') return void question.socket.destroy();
    const reply = await this.forward(call, headers);
    if (fate === 'answer lost') return void question.socket.destroy();
    if (fate === 'answered twice') await this.forward(call, headers);
    answer.writeHead(reply.status, { 'content-type': 'application/json' }).end(reply.body);
  }

  private async forward({ method, path, body }: Call, headers: IncomingMessage['headers']) {
    const passed = ['authorization', 'content-type', 'idempotency-key', 'paypal-request-id'].flatMap((name) => {
      const value = headers[name];
      return typeof value === 'string' ? [[name, value] as const] : [];
    });
    const reply = await request(`${this.target}${path}`, {
      method: method === 'POST' ? 'POST' : 'GET',
      headers: Object.fromEntries(passed),
      body: body || undefined,
    });
    return { status: reply.statusCode, body: await reply.body.text() };
  }
}

async function textOf(question: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of question) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}
