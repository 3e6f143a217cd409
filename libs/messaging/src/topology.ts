import type { Channel } from 'amqplib';
import type { MessageContract } from '@florin/contracts';
import { minuteMs, secondMs } from '@florin/kernel';
import { defaultNamespace, type MessagingSettings } from './settings';

/**
 * How often a quorum queue hands out a message again after its consumer vanished before it goes to the dead letters:
 * the fuse against a message that kills its process. Ordinary retries never count here, they are new messages.
 * Given explicitly because brokers before 4.0 have no limit and later ones take 20.
 */
const deliveryLimit = 20;
/** Looking at dead letters hands them out and takes them back, which counts as a delivery. */
const deadLetterDeliveryLimit = 1_000_000;

export type Kind = MessageContract['kind'];

/** The topic exchange of a kind of message. */
export function exchangeOf(namespace: string, kind: Kind): string {
  return `${namespace}.${kind}s`;
}

/** Name of a handler, in the inbox and the metrics: `<service>.on.<type>.v<n>`, or `<service>.<as>.on.…` for a second one of the same contract. */
export function consumerOf(service: string, contractName: string, as?: string): string {
  return [service, as, 'on', contractName].filter(Boolean).join('.');
}

/** The queue of a handler: its name, prefixed in every namespace but the usual one, so that installations can share a broker. */
export function queueOf(namespace: string, consumer: string): string {
  return namespace === defaultNamespace ? consumer : `${namespace}.${consumer}`;
}

/** The queue that keeps what a handler could not do. */
export function deadQueueOf(queue: string): string {
  return `${queue}.dead`;
}

/** Name of the waiting queue, and of its exchange, for a wait. */
export function retryTierOf(namespace: string, waitMs: number): string {
  return `${namespace}.retry.${spoken(waitMs)}`;
}

function spoken(waitMs: number): string {
  if (waitMs % minuteMs === 0) return `${waitMs / minuteMs}m`;
  if (waitMs % secondMs === 0) return `${waitMs / secondMs}s`;
  return `${waitMs}ms`;
}

/** Declares what every publisher needs: the two topic exchanges and the retry tiers. */
export async function declareExchanges(
  channel: Channel,
  { namespace, retryTiersMs }: MessagingSettings,
): Promise<void> {
  await channel.assertExchange(exchangeOf(namespace, 'event'), 'topic', { durable: true });
  await channel.assertExchange(exchangeOf(namespace, 'command'), 'topic', { durable: true });
  for (const waitMs of new Set(retryTiersMs)) {
    const tier = retryTierOf(namespace, waitMs);
    // Fanout, because the routing key must stay the queue that the message goes back to through the default exchange.
    await channel.assertExchange(tier, 'fanout', { durable: true });
    await channel.assertQueue(tier, {
      durable: true,
      arguments: {
        'x-queue-type': 'quorum',
        'x-message-ttl': waitMs,
        'x-dead-letter-exchange': '',
        // Without it a message that expires while its queue has no leader would be dropped.
        'x-dead-letter-strategy': 'at-least-once',
        'x-overflow': 'reject-publish',
      },
    });
    await channel.bindQueue(tier, tier, '');
  }
}

export interface QueueDeclaration {
  name: string;
  arguments: Record<string, unknown>;
}

/** A handler's queue and its dead-letter queue, the latter first: nothing may die before it has a place to go. */
export function declarationsOf(queue: string): QueueDeclaration[] {
  const dead = deadQueueOf(queue);
  return [
    {
      name: dead,
      arguments: {
        'x-queue-type': 'quorum',
        'x-delivery-limit': deadLetterDeliveryLimit,
        'x-overflow': 'reject-publish',
      },
    },
    {
      name: queue,
      arguments: {
        'x-queue-type': 'quorum',
        'x-delivery-limit': deliveryLimit,
        'x-dead-letter-exchange': '',
        'x-dead-letter-routing-key': dead,
        'x-dead-letter-strategy': 'at-least-once',
        'x-overflow': 'reject-publish',
      },
    },
  ];
}

/** Binds a handler's queue to its contract, and to nothing else. */
export async function bindQueue(
  channel: Channel,
  namespace: string,
  contract: MessageContract,
  queue: string,
): Promise<void> {
  const exchange = exchangeOf(namespace, contract.kind);
  await channel.assertExchange(exchange, 'topic', { durable: true });
  await channel.bindQueue(queue, exchange, contract.name);
}
