import type { Tx } from '@florin/database';
import { Injectable } from '@nestjs/common';
import type { Contact } from './contact';
import { type Intent, MessagesRepository } from './messages.repository';
import { SendMessages } from './send-messages';

/** Writes down what people are to be told, each intent once, and has it sent once that is durable. */
@Injectable()
export class TellPeople {
  constructor(
    private readonly messages: MessagesRepository,
    private readonly sendMessages: SendMessages,
  ) {}

  async within(tx: Tx, intents: readonly Intent[]): Promise<void> {
    await this.messages.insert(tx, intents);
    tx.afterCommit(() => this.sendMessages.work.wake());
  }

  /** How to reach members, keyed `member:merchant`; those without a verified address are left out. */
  contacts(tx: Tx, members: readonly { memberId: string; merchantId: string }[]): Promise<Map<string, Contact>> {
    return this.messages.contacts(tx, members);
  }
}
