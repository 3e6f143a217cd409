import { LeasedWork, Transactions } from '@florin/database';
import { OutsideWork, Roles } from '@florin/service-host';
import { Injectable } from '@nestjs/common';
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
    return this.mailer.send(
      message.id,
      message.recipient,
      await render(chosen(message.merchantId, message.template), variables),
    );
  }
}
