import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import { eventually } from '@florin/testing';

export interface Letter {
  to: string[];
  mail: Email;
}

/** A mail server of somebody else, which takes mails over SMTP or refuses them. */
export class PostOffice {
  /** What it took, oldest first. */
  readonly letters: Letter[] = [];
  /** How often somebody tried, taken or not. */
  attempts = 0;
  /** What it says instead of taking a mail, for example 451. */
  refusesWith: number | undefined;

  private constructor(
    private readonly server: SMTPServer,
    readonly url: string,
  ) {}

  static async open(): Promise<PostOffice> {
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS', 'AUTH'],
      disableReverseLookup: true,
      onData: (stream, session, done) => void office.take(stream, session).then(() => done(), done),
    });
    server.on('error', () => undefined);
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const address = server.server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const office = new PostOffice(server, `smtp://127.0.0.1:${port}`);
    return office;
  }

  /** The mails to an address, once there are so many. */
  to(address: string, atLeast = 1): Promise<Email[]> {
    return eventually(() => {
      const mails = this.letters.filter(({ to }) => to.includes(address)).map(({ mail }) => mail);
      expect(mails.length).toBeGreaterThanOrEqual(atLeast);
      return mails;
    });
  }

  close(): Promise<void> {
    return new Promise((done) => this.server.close(() => done()));
  }

  private async take(stream: SMTPServerDataStream, session: SMTPServerSession): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    this.attempts += 1;
    if (this.refusesWith !== undefined)
      throw Object.assign(new Error('Come back later'), { responseCode: this.refusesWith });
    const mail = await PostalMime.parse(Buffer.concat(chunks));
    this.letters.push({ to: session.envelope.rcptTo.map(({ address }) => address), mail });
  }
}
