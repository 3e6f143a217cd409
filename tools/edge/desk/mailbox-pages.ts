import type { FastifyInstance, FastifyReply } from 'fastify';
import { escapeHtml, page } from '../pages';
import { problem, problemType } from '../problem';
import type { Mail, Mailbox } from './mailbox';

const maxWaitSeconds = 60;
const listedMails = 100;

interface Search {
  to?: string;
  subject?: string;
  after?: string;
  limit?: string;
  wait?: string;
}

/** What a mail's own HTML may do when it is looked at: nothing. It stands in a frame without scripts, forms or network. */
const frameRules = `default-src 'none'; style-src 'unsafe-inline'; img-src data:`;

function list(mails: Mail[], total: number): string {
  const rows = mails.map(
    (mail) => `<tr><td>${escapeHtml(mail.received_at.slice(11, 19))}</td><td>${escapeHtml(mail.to.join(', '))}</td>
<td><a href="/dev/mail/messages/${mail.id}?format=html">${escapeHtml(mail.subject || '(no subject)')}</a></td></tr>`,
  );
  const note = `<p class="dim">${total} mails, the newest first. As JSON: <a href="/dev/mail/messages">/dev/mail/messages</a>
<code>?to= &amp;subject= &amp;after= &amp;limit= &amp;wait=seconds</code></p>`;
  return page('mailbox', `${note}<table><tr><th>at</th><th>to</th><th>subject</th></tr>${rows.join('')}</table>`);
}

function show(mail: Mail): string {
  const links = mail.links
    .map((link) => `<li><a href="${escapeHtml(link)}" rel="noreferrer">${escapeHtml(link)}</a></li>`)
    .join('');
  const body = mail.html
    ? `<iframe sandbox src="/dev/mail/messages/${mail.id}/html" style="width:100%;height:32rem;border:1px solid #8884;background:#fff"></iframe>`
    : `<pre>${escapeHtml(mail.text)}</pre>`;
  return page(
    'mailbox',
    `<p><a href="/dev/mail">all mails</a></p><h2>${escapeHtml(mail.subject)}</h2>
<p>from ${escapeHtml(mail.from)} to ${escapeHtml(mail.to.join(', '))}, ${escapeHtml(mail.received_at)} · <a href="/dev/mail/messages/${mail.id}/raw">raw</a></p>
${body}<h3>Links</h3><ul>${links}</ul>`,
  );
}

function missing(reply: FastifyReply, requestId: string): FastifyReply {
  return reply
    .code(404)
    .type(problemType)
    .send(problem(404, 'mail_not_found', 'There is no such mail, or no longer.', requestId));
}

export function registerMailbox(server: FastifyInstance, mailbox: Mailbox): void {
  server.get('/dev/mail', async (_request, reply) =>
    reply.type('text/html; charset=utf-8').send(list(await mailbox.find({ limit: listedMails }), mailbox.count)),
  );
  server.get<{ Querystring: Search }>('/dev/mail/messages', async (request) => {
    const { to, subject, after, limit, wait } = request.query;
    const search = {
      to,
      subject,
      after: Number(after ?? 0) || 0,
      limit: Math.min(Number(limit ?? 20) || 20, listedMails),
    };
    const waitSeconds = Math.min(Number(wait ?? 0) || 0, maxWaitSeconds);
    return { data: await mailbox.waitFor(search, waitSeconds * 1000) };
  });
  server.get<{ Params: { id: string }; Querystring: { format?: string } }>(
    '/dev/mail/messages/:id',
    async (request, reply) => {
      const mail = await mailbox.get(request.params.id);
      if (!mail) return missing(reply, request.id);
      return request.query.format === 'html' ? reply.type('text/html; charset=utf-8').send(show(mail)) : mail;
    },
  );
  server.get<{ Params: { id: string } }>('/dev/mail/messages/:id/html', async (request, reply) => {
    const mail = await mailbox.get(request.params.id);
    if (!mail) return missing(reply, request.id);
    return reply.type('text/html; charset=utf-8').header('content-security-policy', frameRules).send(mail.html);
  });
  server.get<{ Params: { id: string } }>('/dev/mail/messages/:id/links', async (request, reply) => {
    const mail = await mailbox.get(request.params.id);
    return mail ? { data: mail.links } : missing(reply, request.id);
  });
  server.get<{ Params: { id: string } }>('/dev/mail/messages/:id/raw', (request, reply) => {
    const raw = mailbox.raw(request.params.id);
    return raw === undefined ? missing(reply, request.id) : reply.type('text/plain').send(Buffer.from(raw, 'latin1'));
  });
  server.delete('/dev/mail/messages', async (_request, reply) => {
    await mailbox.clear();
    return reply.code(204).send();
  });
}
