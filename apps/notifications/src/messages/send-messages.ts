import { LeasedWork, Transactions } from '@florin/database';
import { OutsideWork, Roles } from '@florin/service-host';
import { Injectable, Logger } from '@nestjs/common';
import type { Template } from '../templates/default-templates';
import { KeepTemplates } from '../templates/keep-templates';
import { render } from '../templates/render-template';
import { Mailer } from './mailer';
import type { Message } from './messages.repository';
import { SendRecords } from './send-records';

const concurrency = 4;

/**
 * Sends what is pending, outside of any transaction. A crash between the server's answer and our note sends it once more,
 * with the same Message-ID: that is the best SMTP allows.
 */
@Injectable()
export class SendMessages extends OutsideWork<Message, string> {
  readonly work: LeasedWork<Message, string>;
  private readonly logger = new Logger(SendMessages.name);

  constructor(
    private readonly templates: KeepTemplates,
    private readonly mailer: Mailer,
    private readonly records: SendRecords,
    roles: Roles,
    transactions: Transactions,
  ) {
    super(roles);
    this.work = new LeasedWork<Message, string>(
      {
        name: 'send-messages',
        concurrency,
        batch: 32,
        pollMs: 1_000,
        claim: (tx, limit, leaseUntil) => this.records.claim(tx, limit, leaseUntil),
        perform: (message) => this.send(message),
        finish: (tx, done) => this.records.finish(tx, done),
      },
      transactions,
    );
  }

  private async send(message: Message): Promise<string> {
    const chosen = await this.templates.chosen([message.merchantId]);
    const variables = await this.records.opened(message.variables);
    const rendered = await this.rendered(message, chosen(message.merchantId, message.template), variables);
    return this.mailer.send(message.id, message.recipient, rendered);
  }

  /** Somebody has to mend the template: trying again alone does not help. */
  private async rendered({ id, merchantId, template }: Message, chosen: Template, variables: object) {
    try {
      return await render(chosen, variables);
    } catch (error) {
      this.logger.error(
        `Message ${id} of merchant ${merchantId} cannot be rendered from ${template}: ${String(error)}`,
      );
      throw error;
    }
  }
}
