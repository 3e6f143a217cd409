import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventually } from '@florin/testing';

export interface Call {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A merchant's server that receives webhooks. */
export class Receiver {
  /** Every call, oldest first. */
  readonly calls: Call[] = [];
  /** What it answers; 'silence' never answers. */
  answers: number | 'silence' = 200;

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async open(): Promise<Receiver> {
    const server = createServer((request, reply) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString('utf8');
        receiver.calls.push({ path: request.url ?? '', headers: request.headers, body });
        if (receiver.answers === 'silence') return;
        reply.writeHead(receiver.answers, { location: '/elsewhere' }).end('thanks');
      });
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const receiver = new Receiver(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    return receiver;
  }

  /** The calls of one path, once there are so many. */
  at(path: string, atLeast = 1): Promise<Call[]> {
    return eventually(() => {
      const calls = this.calls.filter((call) => call.path === path);
      expect(calls.length).toBeGreaterThanOrEqual(atLeast);
      return calls;
    });
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }
}

/**
 * Whether a call is signed as https://www.standardwebhooks.com says: HMAC-SHA256 with the bytes behind `whsec_`
 * over `id.timestamp.body`, in base64, as one of the signatures of version 1.
 */
export function isSigned({ headers, body }: Call, secret: string): boolean {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
  const expected = `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
  return String(headers['webhook-signature']).split(' ').includes(expected);
}
