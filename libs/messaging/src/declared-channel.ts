import { Logger } from '@nestjs/common';
import type { Channel, ChannelModel } from 'amqplib';
import type { MessageContract } from '@florin/contracts';
import { bindQueue, declarationsOf, type QueueDeclaration } from './topology';

const preconditionFailed = 406;
const logger = new Logger('Consumer');

export interface DeclaredQueue {
  /** For the logs. */
  consumer: string;
  queue: string;
  namespace: string;
  contract: MessageContract;
}

/** A channel on which the queue is declared and bound. */
export async function declaredChannel(model: ChannelModel, wanted: DeclaredQueue): Promise<Channel> {
  let channel = await openChannel(model, wanted);
  for (const declaration of declarationsOf(wanted.queue)) channel = await declare(model, channel, declaration, wanted);
  await bindQueue(channel, wanted.namespace, wanted.contract, wanted.queue);
  return channel;
}

/** A queue that exists with other arguments, from another release or another hand, is used as it is: hearing comes first. */
async function declare(
  model: ChannelModel,
  channel: Channel,
  declaration: QueueDeclaration,
  wanted: DeclaredQueue,
): Promise<Channel> {
  try {
    await channel.assertQueue(declaration.name, { durable: true, arguments: declaration.arguments });
    return channel;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === preconditionFailed)) throw error;
    logger.error(`${declaration.name} exists with other arguments and is used as it is: ${error.message}`);
    return openChannel(model, wanted);
  }
}

async function openChannel(model: ChannelModel, { consumer }: DeclaredQueue): Promise<Channel> {
  const channel = await model.createChannel();
  channel.on('error', (error) => logger.warn(`${consumer}: ${error.message}`));
  return channel;
}
