import { randomBytes } from 'node:crypto';
import { orderCompleted, type OrderCompleted } from '@florin/contracts';
import { dayMs, FixedClock, newId } from '@florin/kernel';
import {
  eventually,
  Peer,
  startService,
  type HttpClient,
  type StartedService,
  type StartServiceOptions,
} from '@florin/testing';
import { CompactEncrypt } from 'jose';
import { AppModule } from '../src/app.module';
import type { MessageDto } from '../src/messages/message.dto';
import { migrations } from '../src/migrations';
import type { CreatedEndpointDto, DeliveryDto } from '../src/webhooks/webhook.dto';
import { PostOffice } from './post-office';
import { Receiver } from './receiver';

const sealKey = randomBytes(32).toString('base64url');
const dataKey = randomBytes(32).toString('base64url');

interface PageOf<T> {
  data: T[];
}

/** The notifications service with a mail server, a merchant's server, and the other services as one peer. */
export class House {
  readonly merchantId = newId();

  private constructor(
    readonly office: PostOffice,
    readonly receiver: Receiver,
    /** Ahead of the database's, so that what waits is due when the test says so. */
    readonly clock: FixedClock,
    readonly peer: Peer,
    /** The one whose database it is. */
    private readonly first: StartedService,
    public service = first,
  ) {}

  static async open(env: Record<string, string> = {}): Promise<House> {
    const [office, receiver] = [await PostOffice.open(), await Receiver.open()];
    const clock = new FixedClock(new Date(Date.now() + 30 * dayMs));
    const service = await start(office, clock, { env });
    return new House(office, receiver, clock, await Peer.open(service.broker), service);
  }

  staff(role = 'merchant_admin', merchantId = this.merchantId): HttpClient {
    return this.service.http.as({ sub: newId(), roles: [role], merchants: [merchantId] });
  }

  /** A second process of the same service. */
  another(): Promise<StartedService> {
    const { database, broker } = this.first;
    return start(this.office, this.clock, { database, broker });
  }

  /** The same service in a new process. */
  async restart(): Promise<void> {
    await this.end();
    this.service = await this.another();
  }

  /** Somebody buys something; gives what was said about it. */
  buy(about: Partial<OrderCompleted> = {}, id: string = newId()): OrderCompleted & { messageId: string } {
    const { example } = orderCompleted;
    const ids = { orderId: newId(), memberId: newId(), merchantId: this.merchantId, email: `${newId()}@demo.test` };
    const data = { ...example, ...ids, ...about };
    return { ...data, messageId: this.peer.say(orderCompleted, data, { id }) };
  }

  /** What the delivery log says about messages to a person. */
  async messages(userId: string): Promise<MessageDto[]> {
    const { body } = await this.staff('ops_marketing').get<PageOf<MessageDto>>('/api/v1/notifications/messages', {
      query: { limit: 100 },
    });
    return body.data.filter((message) => message.user_id === userId);
  }

  /** The one message to a person, once it is in this state after so many attempts. */
  message(userId: string, state: string, attempts?: number): Promise<MessageDto> {
    return eventually(async () => {
      const [message, ...others] = await this.messages(userId);
      expect(others).toEqual([]);
      expect(message).toMatchObject({ state, ...(attempts !== undefined && { attempts }) });
      return message;
    });
  }

  async endpoint(path: string, event_types: string[] = [orderCompleted.type]): Promise<CreatedEndpointDto> {
    const body = { url: this.receiver.url + path, event_types };
    const answer = await this.staff().post<CreatedEndpointDto>('/api/v1/webhooks/endpoints', body);
    expect(answer.status).toBe(201);
    return answer.body;
  }

  /** The delivery of an event to an endpoint, once it is in this state after so many attempts. */
  delivery(endpointId: string, eventId: string, state: string, attempts?: number): Promise<DeliveryDto> {
    return eventually(async () => {
      const { body } = await this.staff().get<PageOf<DeliveryDto>>('/api/v1/webhooks/deliveries', {
        query: { limit: 100 },
      });
      const found = body.data.filter((each) => each.endpoint_id === endpointId && each.event_id === eventId);
      expect(found).toMatchObject([{ state, ...(attempts !== undefined && { attempts }) }]);
      return found[0];
    });
  }

  /** Once one consumer, by its name in the inbox without its version, has handled all of these. */
  async heard(consumer: string, ...messageIds: string[]): Promise<void> {
    const handled = 'inbox WHERE consumer = $1 AND message_id = ANY($2::uuid[])';
    const name = `notifications.${consumer}.v1`;
    await eventually(async () => (await this.count(handled, [name, messageIds])) === messageIds.length);
  }

  async count(sql: string, params: readonly unknown[] = []): Promise<number> {
    const [row] = await this.service.query<{ count: number }>(`SELECT count(*)::integer AS count FROM ${sql}`, params);
    return row?.count ?? -1;
  }

  async close(): Promise<void> {
    await this.end();
    await this.first.close();
    await this.peer.close();
    await this.office.close();
    await this.receiver.close();
  }

  private async end(): Promise<void> {
    if (this.service === this.first) await this.first.app.close();
    else await this.service.close();
  }
}

function start(office: PostOffice, clock: FixedClock, { env, ...shared }: StartServiceOptions = {}) {
  return startService(AppModule, {
    migrations,
    clock,
    ...shared,
    env: {
      SMTP_URL: office.url,
      MAIL_SEAL_KEY: sealKey,
      DATA_KEY: dataKey,
      WEBHOOK_TIMEOUT_MS: '500',
      ...env,
    },
  });
}

/** As auth seals a link. */
export function seal(text: string): Promise<string> {
  return new CompactEncrypt(Buffer.from(text, 'utf8'))
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
    .encrypt(Buffer.from(sealKey, 'base64url'));
}
