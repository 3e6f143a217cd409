import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { createTransport } from 'nodemailer';
import { NotificationsConfig } from '../config';
import type { Rendered } from '../templates/render-template';

/** Hands mails to the SMTP server over connections that stay open. */
@Injectable()
export class Mailer implements OnApplicationShutdown {
  private readonly transport;

  constructor(private readonly config: NotificationsConfig) {
    this.transport = createTransport({
      url: config.SMTP_URL,
      pool: true,
      maxConnections: config.SMTP_CONNECTIONS,
      maxMessages: Infinity,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  }

  /** Gives the server's answer. The Message-ID is made of ours, so that a mail sent again after a crash can be told apart. */
  async send(id: string, recipient: string, { subject, text, html }: Rendered): Promise<string> {
    const sent = await this.transport.sendMail({
      from: this.config.MAIL_FROM,
      // As an object: an address out of a list of addresses is no way to reach somebody else.
      to: { name: '', address: recipient },
      subject,
      text,
      html,
      messageId: `<${id}@florin>`,
    });
    return sent.response;
  }

  onApplicationShutdown(): void {
    this.transport.close();
  }
}
