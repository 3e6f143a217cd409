import { join } from 'node:path';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import { JsonLines } from '../../sandbox/json-lines';

/** Enough for every mail of a demonstration and of a short benchmark; older ones are forgotten. */
const maxMails = 5_000;
const maxMailBytes = 5 * 1024 * 1024;
/** The file is written anew, with only what is remembered, once it holds this many times as much. */
const rewriteFactor = 3;

/** A mail as it came over the wire. It is parsed when somebody looks: most are never looked at. */
interface StoredMail {
  id: number;
  receivedAt: string;
  from: string;
  to: string[];
  raw: string;
}

export interface Mail {
  id: string;
  received_at: string;
  from: string;
  to: string[];
  subject: string;
  text: string;
  html: string;
  links: string[];
  headers: Record<string, string>;
}

export interface MailSearch {
  /** Part of a recipient's address. */
  to?: string;
  /** Part of the subject. */
  subject?: string;
  /** Only mails that came after this one. */
  after?: number;
  limit: number;
}

/** Receives mail over SMTP, as a mail provider would, and keeps it where a developer can read it. Nothing ever leaves it. */
export class Mailbox {
  private mails: StoredMail[] = [];
  private nextId = 1;
  private lines = 0;
  private readonly arrivals = new Set<() => void>();
  private readonly log: JsonLines<StoredMail>;
  private readonly server: SMTPServer;

  constructor(dir: string) {
    this.log = new JsonLines(join(dir, 'mail.jsonl'));
    this.server = new SMTPServer({
      authOptional: true,
      // Plain text on the loopback address: a certificate nobody trusts would only be in the way.
      disabledCommands: ['STARTTLS'],
      size: maxMailBytes,
      disableReverseLookup: true,
      onAuth: (auth, _session, done) => done(null, { user: auth.username ?? 'anyone' }),
      onData: (stream, session, done) => void this.receive(stream, session).then(() => done(), done),
    });
    // A client that hangs up in mid-sentence is no reason to end.
    this.server.on('error', (error) => console.error(`smtp: ${error.message}`));
  }

  async start(port: number, host: string): Promise<number> {
    // A line that was on its way while the file was written anew can stand in it twice.
    await this.log.read((mail) => mail.id >= this.nextId && this.keep(mail));
    await new Promise<void>((done) => this.server.listen(port, host, done));
    const address = this.server.server.address();
    return typeof address === 'object' && address ? address.port : port;
  }

  async stop(): Promise<void> {
    await new Promise<void>((done) => this.server.close(() => done()));
    await this.log.close();
  }

  get count(): number {
    return this.mails.length;
  }

  /** Newest first. */
  async find(search: MailSearch): Promise<Mail[]> {
    const found: Mail[] = [];
    const to = search.to?.toLowerCase();
    const subject = search.subject?.toLowerCase();
    for (let index = this.mails.length - 1; index >= 0 && found.length < search.limit; index -= 1) {
      const stored = this.mails[index];
      if (!stored || stored.id <= (search.after ?? 0)) break;
      if (to !== undefined && !stored.to.some((address) => address.toLowerCase().includes(to))) continue;
      const mail = await read(stored);
      if (subject === undefined || mail.subject.toLowerCase().includes(subject)) found.push(mail);
    }
    return found;
  }

  /** As find, but waits for the first match, up to the time given. */
  async waitFor(search: MailSearch, waitMs: number): Promise<Mail[]> {
    const deadline = Date.now() + waitMs;
    for (;;) {
      // Taken before looking: a mail that arrives meanwhile is then seen, here or in the next round.
      const seen = this.nextId;
      const found = await this.find(search);
      if (found.length > 0 || Date.now() >= deadline) return found;
      if (seen === this.nextId) await this.nextArrival(deadline - Date.now());
    }
  }

  async get(id: string): Promise<Mail | undefined> {
    const stored = this.mails.find((mail) => String(mail.id) === id);
    return stored && read(stored);
  }

  raw(id: string): string | undefined {
    return this.mails.find((mail) => String(mail.id) === id)?.raw;
  }

  async clear(): Promise<void> {
    this.mails = [];
    await this.rewrite();
  }

  private nextArrival(withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.arrivals.delete(done);
        resolve();
      };
      const timer = setTimeout(done, Math.max(withinMs, 0));
      this.arrivals.add(done);
    });
  }

  private async receive(stream: SMTPServerDataStream, session: SMTPServerSession): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    if (stream.sizeExceeded) throw Object.assign(new Error('This mail is too large.'), { responseCode: 552 });
    const { mailFrom, rcptTo } = session.envelope;
    const mail: StoredMail = {
      id: this.nextId,
      receivedAt: new Date().toISOString(),
      from: mailFrom === false ? '' : mailFrom.address,
      to: rcptTo.map((recipient) => recipient.address),
      // One character per byte, so that a mail in any encoding comes back as it was.
      raw: Buffer.concat(chunks).toString('latin1'),
    };
    this.keep(mail);
    await this.log.append(mail);
    for (const arrived of [...this.arrivals]) arrived();
    if (this.lines > maxMails * rewriteFactor) await this.rewrite();
  }

  private keep(mail: StoredMail): void {
    this.mails.push(mail);
    this.nextId = Math.max(this.nextId, mail.id + 1);
    this.lines += 1;
    if (this.mails.length > maxMails) this.mails.shift();
  }

  private async rewrite(): Promise<void> {
    this.lines = this.mails.length;
    await this.log.replace(this.mails);
  }
}

async function read(stored: StoredMail): Promise<Mail> {
  const email: Email = await PostalMime.parse(Buffer.from(stored.raw, 'latin1'));
  const html = email.html ?? '';
  const text = email.text ?? '';
  return {
    id: String(stored.id),
    received_at: stored.receivedAt,
    from: stored.from,
    to: stored.to,
    subject: email.subject ?? '',
    text,
    html,
    links: linksIn(html, text),
    headers: Object.fromEntries(email.headers.map(({ key, value }) => [key, value])),
  };
}

/** Every address that a reader could follow, in the order of the mail, each once. */
function linksIn(html: string, text: string): string[] {
  const inHtml = [...html.matchAll(/href\s*=\s*["'](https?:\/\/[^"']+)["']/gi)].map((match) =>
    (match[1] ?? '').replaceAll('&amp;', '&'),
  );
  const inText = [...text.matchAll(/https?:\/\/[^\s<>"')\]]+/g)].map((match) => match[0].replace(/[.,;:!?]+$/, ''));
  return [...new Set([...inHtml, ...inText])];
}
