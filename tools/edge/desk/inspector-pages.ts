import type { FastifyInstance } from 'fastify';
import { escapeHtml, page } from '../pages';
import { problem, problemType } from '../problem';
import type { Behaviour, Delivery, Inspector } from './inspector';

const listedDeliveries = 100;
const waitStepMs = 50;
const maxWaitSeconds = 60;
/** Set by the edge or the connection: they say nothing about the webhook. */
const uninteresting = new Set([
  'host',
  'connection',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'content-length',
  'accept-encoding',
]);

interface Search {
  name?: string;
  webhook_id?: string;
  type?: string;
  limit?: string;
  wait?: string;
}

function verdict(delivery: Delivery): string {
  if (delivery.signature_valid === null) return '<span class="dim">no secret known</span>';
  return delivery.signature_valid
    ? '<span class="yes">valid</span>'
    : `<span class="no">${escapeHtml(delivery.signature_problem)}</span>`;
}

function list(deliveries: Delivery[], total: number): string {
  const rows = deliveries.map(
    (delivery) => `<tr><td>${delivery.received_at.slice(11, 19)}</td><td>${escapeHtml(delivery.name)}</td>
<td><a href="/dev/webhooks/deliveries/${delivery.id}">${escapeHtml(delivery.type ?? '?')}</a></td><td>${verdict(delivery)}</td>
<td>${delivery.times_seen}</td><td>${delivery.answered}</td></tr>`,
  );
  const help = `<p class="dim">${total} deliveries. Point a webhook at <code>/dev/webhooks/in/&lt;name&gt;</code>; tell its secret with
<code>PUT /dev/webhooks/in/&lt;name&gt; {"secret": "whsec_…"}</code>, make it refuse with <code>{"fail_next": 3}</code>.
As JSON: <a href="/dev/webhooks/deliveries">/dev/webhooks/deliveries</a></p>`;
  const head = '<tr><th>at</th><th>address</th><th>event</th><th>signature</th><th>seen</th><th>answered</th></tr>';
  return page('webhooks', `${help}<table>${head}${rows.join('')}</table>`);
}

export function registerInspector(server: FastifyInstance, inspector: Inspector): void {
  server.get('/dev/webhooks', (_request, reply) =>
    reply.type('text/html; charset=utf-8').send(list(inspector.find({ limit: listedDeliveries }), inspector.count)),
  );
  server.post<{ Params: { name: string } }>('/dev/webhooks/in/:name', (request, reply) => {
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(request.headers)) {
      if (!uninteresting.has(name) && typeof value === 'string') headers[name] = value;
    }
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const delivery = inspector.receive({ name: request.params.name, headers, body });
    return reply.code(delivery.answered).send({ received: delivery.answered === 200, id: delivery.id });
  });
  server.put<{ Params: { name: string } }>('/dev/webhooks/in/:name', (request, reply) => {
    const wish = behaviourOf(request.body);
    if (wish) return inspector.behave(request.params.name, wish);
    return reply
      .code(400)
      .type(problemType)
      .send(problem(400, 'behaviour_invalid', 'Send {"secret"?, "fail_next"?, "fail_status"?}.', request.id));
  });
  server.get<{ Querystring: Search }>('/dev/webhooks/deliveries', async (request) => {
    const { name, webhook_id: webhookId, type, limit, wait } = request.query;
    const search = { name, webhookId, type, limit: Math.min(Number(limit ?? 20) || 20, listedDeliveries) };
    const deadline = Date.now() + Math.min(Number(wait ?? 0) || 0, maxWaitSeconds) * 1000;
    let data = inspector.find(search);
    while (data.length === 0 && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, waitStepMs));
      data = inspector.find(search);
    }
    return { data };
  });
  server.get<{ Params: { id: string } }>('/dev/webhooks/deliveries/:id', (request, reply) => {
    const delivery = inspector.get(request.params.id);
    return (
      delivery ??
      reply
        .code(404)
        .type(problemType)
        .send(problem(404, 'delivery_not_found', 'There is no such delivery, or no longer.', request.id))
    );
  });
  server.delete('/dev/webhooks/deliveries', (_request, reply) => {
    inspector.clear();
    return reply.code(204).send();
  });
}

function behaviourOf(body: unknown): Behaviour | undefined {
  if (!Buffer.isBuffer(body)) return undefined;
  try {
    const { secret, fail_next, fail_status } = JSON.parse(body.toString('utf8')) as Record<string, unknown>;
    const wish: Behaviour = {};
    if (typeof secret === 'string') wish.secret = secret;
    if (typeof fail_next === 'number') wish.fail_next = fail_next;
    if (typeof fail_status === 'number') wish.fail_status = fail_status;
    return Object.keys(wish).length > 0 ? wish : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
