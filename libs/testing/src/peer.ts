import { connect, type Channel, type ChannelModel } from 'amqplib';
import { dataschemaOf, type Envelope, type MessageContract } from '@florin/contracts';
import { newId } from '@florin/kernel';
import { exchangeOf } from '@florin/messaging';
import type { TestBroker } from './test-broker';

type Heard = Envelope<Record<string, unknown>>;

export interface SayOptions {
  /** The same id twice is the same message twice. */
  id?: string;
  subject?: string;
}

/** Another service as one under test knows it: says messages over the real broker and hears everything that is said there. */
export class Peer {
  /** Everything heard so far, with what the peer itself said, oldest first. */
  readonly heard: { name: string; envelope: Heard }[] = [];
  private listener: ((name: string, envelope: Heard) => void) | undefined;

  private constructor(
    private readonly connection: ChannelModel,
    private readonly channel: Channel,
    private readonly namespace: string,
  ) {}

  static async open({ url, namespace }: TestBroker): Promise<Peer> {
    const connection = await connect(url);
    const channel = await connection.createChannel();
    const peer = new Peer(connection, channel, namespace);
    const { queue } = await channel.assertQueue('', { exclusive: true });
    for (const kind of ['event', 'command'] as const) {
      const exchange = exchangeOf(namespace, kind);
      await channel.assertExchange(exchange, 'topic', { durable: true });
      await channel.bindQueue(queue, exchange, '#');
    }
    await channel.consume(queue, (message) => message && peer.take(message.fields.routingKey, message.content), {
      noAck: true,
    });
    return peer;
  }

  /** Calls back with each message from now on, so that a peer can answer. */
  onMessage(listener: (name: string, envelope: Heard) => void): void {
    this.listener = listener;
  }

  /** Says an event or a command as its sender would; gives its id. */
  say<T extends object>(
    contract: MessageContract<T>,
    data: T,
    { id = newId(), subject = id }: SayOptions = {},
  ): string {
    const envelope: Envelope<T> = {
      specversion: '1.0',
      id,
      source: '/florin/test',
      type: contract.type,
      subject,
      time: new Date().toISOString(),
      dataschema: dataschemaOf(contract),
      datacontenttype: 'application/json',
      correlationid: newId(),
      data,
    };
    this.channel.publish(
      exchangeOf(this.namespace, contract.kind),
      contract.name,
      Buffer.from(JSON.stringify(envelope)),
      {
        persistent: true,
        messageId: id,
        contentType: 'application/json',
      },
    );
    return id;
  }

  /** What was said of one kind, about one thing where asked. */
  of<T extends object>(contract: MessageContract<T>, about: Partial<Record<keyof T, unknown>> = {}): T[] {
    return this.heard
      .filter(({ name, envelope }) => name === contract.name && matches(envelope.data, about))
      .map(({ envelope }) => envelope.data as T);
  }

  async close(): Promise<void> {
    await this.connection.close();
  }

  private take(name: string, content: Buffer): void {
    const envelope = JSON.parse(content.toString('utf8')) as Heard;
    this.heard.push({ name, envelope });
    this.listener?.(name, envelope);
  }
}

function matches(data: Record<string, unknown>, about: Record<string, unknown>): boolean {
  return Object.entries(about).every(([field, value]) => data[field] === value);
}
