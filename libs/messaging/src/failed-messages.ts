import { hostname } from 'node:os';
import type { ConsumeMessage, Options } from 'amqplib';
import { newId } from '@florin/kernel';
import type { ConfirmedPublisher, Outgoing } from './confirmed-publisher';
import { attemptHeader, attemptOf } from './reading';
import type { MessagingSettings } from './settings';
import { deadQueueOf, retryTierOf } from './topology';
import { traceIdOf } from './trace';

/** What the broker and we add on the way. A copy that starts again must not carry them: the broker drops a message whose `x-death` shows it going in circles. */
const travelHeaders =
  /^(x-death|x-first-death-.*|x-last-death-.*|x-delivery-count|x-acquired-count|x-attempt|x-last-error|x-dead-.*)$/;
const longestError = 2_000;

/** Sends a message that failed to its retry tier, or to its dead letters when it is spent or poison. */
export class FailedMessages {
  constructor(
    private readonly publisher: ConfirmedPublisher,
    private readonly settings: MessagingSettings,
  ) {}

  /** Resolves with what was done once the broker has confirmed the copy; only then may the original be acknowledged. */
  async retryOrBury(queue: string, message: ConsumeMessage, error: unknown): Promise<'retried' | 'dead'> {
    const attempt = attemptOf(message);
    const waitMs = this.settings.retryTiersMs[attempt - 1];
    if (waitMs === undefined) {
      await this.bury(queue, message, 'spent', error);
      return 'dead';
    }
    const headers = { ...carriedHeaders(message), [attemptHeader]: attempt + 1, 'x-last-error': errorText(error) };
    await this.publisher.publish({
      ...copyOf(message, headers),
      exchange: retryTierOf(this.settings.namespace, waitMs),
      routingKey: queue,
    });
    return 'retried';
  }

  async bury(queue: string, message: ConsumeMessage, reason: string, error: unknown): Promise<void> {
    const traceId = traceIdOf(String(message.properties.headers?.['traceparent'] ?? ''));
    const headers = {
      ...carriedHeaders(message),
      [attemptHeader]: attemptOf(message),
      'x-dead-reason': reason,
      'x-dead-error': errorText(error),
      'x-dead-queue': queue,
      'x-dead-at': new Date().toISOString(),
      'x-dead-by': `${this.settings.service}@${hostname()}`,
      ...(traceId === undefined ? {} : { 'x-dead-trace-id': traceId }),
    };
    await this.publisher.publish({ ...copyOf(message, headers), exchange: '', routingKey: deadQueueOf(queue) });
  }
}

/** The headers that belong to the message itself. */
export function carriedHeaders({ properties }: Pick<ConsumeMessage, 'properties'>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(properties.headers ?? {}).filter(([name]) => !travelHeaders.test(name)));
}

/** The same message again, with these headers: id, type and content stay. */
export function copyOf(
  { content, properties }: Pick<ConsumeMessage, 'content' | 'properties'>,
  headers: Record<string, unknown>,
): Omit<Outgoing, 'exchange' | 'routingKey'> {
  const { contentType, contentEncoding, correlationId, timestamp, type, appId } = properties as Options.Publish;
  return {
    content,
    // A stranger's message may have none, and an operator must be able to name it.
    messageId: properties.messageId ? String(properties.messageId) : newId(),
    properties: { headers, contentType, contentEncoding, correlationId, timestamp, type, appId },
  };
}

function errorText(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.slice(0, longestError);
}
