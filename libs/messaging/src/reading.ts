import type { ConsumeMessage } from 'amqplib';
import {
  contractNameOf,
  InvalidMessage,
  parseEnvelope,
  validateData,
  type Envelope,
  type MessageContract,
} from '@florin/contracts';
import { isId } from '@florin/kernel';
import { PoisonMessage } from './poison-message';

export const attemptHeader = 'x-attempt';

/** How often this message has been tried, this time included. */
export function attemptOf({ properties }: Pick<ConsumeMessage, 'properties'>): number {
  const attempt = Number(properties.headers?.[attemptHeader] ?? 1);
  return Number.isInteger(attempt) && attempt > 0 ? attempt : 1;
}

/** The message as its contract promises it, or a PoisonMessage that says what is wrong: trying again would not help. */
export function readMessage(
  message: Pick<ConsumeMessage, 'content'>,
  contract: MessageContract,
  maxBytes: number,
): Envelope<object> {
  if (message.content.length > maxBytes)
    throw new PoisonMessage('too_large', `${message.content.length} bytes; ${maxBytes} are allowed`);
  try {
    const envelope = parseEnvelope(parsed(message.content));
    if (!isId(envelope.id)) throw new PoisonMessage('invalid_envelope', 'the id is not a UUID');
    const name = contractNameOf(envelope);
    if (name !== contract.name || envelope.type !== contract.type) {
      throw new PoisonMessage('unknown_type', `this queue takes ${contract.name}, not ${envelope.type} (${name})`);
    }
    return { ...envelope, data: validateData(contract, envelope.data) };
  } catch (error) {
    if (error instanceof InvalidMessage)
      throw new PoisonMessage(error.contract === contract.name ? 'invalid_data' : 'invalid_envelope', error.message);
    throw error;
  }
}

function parsed(content: Buffer): unknown {
  try {
    return JSON.parse(content.toString('utf8'));
  } catch (error) {
    throw new PoisonMessage('invalid_json', String(error));
  }
}
