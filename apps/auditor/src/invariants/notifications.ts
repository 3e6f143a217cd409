import { type Invariant, type View, within } from '../invariant';
import { matching, type Side } from '../matching';
import type { Service } from '../services';
import { listeningSince } from './listening';

const mailsSince = (view: View): Promise<unknown[]> => listeningSince(view, 'notifications', 'notifications.on.%');

/** E-mails of one kind: what was said must have become an intent once. */
function intents(options: {
  name: string;
  says: string;
  service: Service;
  said: string;
  params?: Side['params'];
  intents: string;
}): Invariant {
  const { name, says, service, said, params } = options;
  return matching({
    name,
    says,
    left: { service, what: 'the event', sql: said, params },
    right: { service: 'notifications', what: 'the e-mail', sql: options.intents },
  });
}

const orderMails = intents({
  name: 'notifications.order-mails-once',
  says: 'Every order that was confirmed, cancelled or refunded here became one e-mail to its buyer, and no such e-mail is without its order.',
  service: 'orders',
  params: mailsSince,
  said: `
    SELECT concat_ws(' ', CASE type WHEN 'orders.order.refunded' THEN envelope->'data'->>'refundId' ELSE subject END, mail) AS key,
      concat_ws(' ', envelope->'data'->>'memberId', envelope->'data'->>'merchantId', envelope->'data'->>'email') AS value,
      ARRAY[id::text, subject, envelope->'data'->>'refundId'] AS refs, created_at >= since AS must
    FROM outbox JOIN unnest($1::text[], $2::timestamptz[]) AS heard (type, since) USING (type)
    JOIN (VALUES ('orders.order.completed', 'order_confirmed'), ('orders.order.cancelled', 'order_cancelled'), ('orders.order.refunded', 'order_refunded')) AS kind (type, mail) USING (type)
    WHERE type <> 'orders.order.completed' OR envelope->'data'->>'origin' = 'checkout' AND envelope->'data' ? 'email'`,
  intents: `
    SELECT concat_ws(' ', split_part(intent, ':', 2), template) AS key, concat_ws(' ', user_id, merchant_id, recipient) AS value,
      ARRAY[split_part(intent, ':', 2)] AS refs, true AS must FROM notifications WHERE template IN ('order_confirmed', 'order_cancelled', 'order_refunded')`,
});

const verificationMails = intents({
  name: 'notifications.verification-mails-once',
  says: 'Every verification that was asked for became one e-mail to that address.',
  service: 'auth',
  params: mailsSince,
  said: `
    SELECT id::text AS key, concat_ws(' ', envelope->'data'->>'userId', envelope->'data'->>'email') AS value, ARRAY[id, subject]::text[] AS refs, created_at >= since AS must
    FROM outbox JOIN unnest($1::text[], $2::timestamptz[]) AS heard (type, since) USING (type) WHERE type = 'auth.email_verification.requested'`,
  intents: `
    SELECT split_part(intent, ':', 2) AS key, concat_ws(' ', user_id, recipient) AS value, ARRAY[split_part(intent, ':', 2)] AS refs, true AS must
    FROM notifications WHERE template = 'verify_email'`,
});

const tierMails = intents({
  name: 'notifications.tier-mails-have-a-reason',
  says: 'Every e-mail about a new tier is about one that loyalty gave to that member, once.',
  service: 'loyalty',
  // Who has no verified address is not told, so an upgrade need not have an e-mail.
  said: `
    SELECT concat_ws(' ', envelope->'data'->>'memberId', envelope->'data'->>'programId', envelope->'data'->>'toTier') AS key, envelope->'data'->>'merchantId' AS value,
      ARRAY[envelope->'data'->>'memberId'] AS refs, false AS must
    FROM outbox WHERE type = 'loyalty.tier.upgraded' GROUP BY 1, 2, 3`,
  intents: `
    SELECT concat_ws(' ', user_id, split_part(intent, ':', 2), split_part(intent, ':', 3)) AS key, merchant_id::text AS value, ARRAY[user_id]::text[] AS refs, true AS must
    FROM notifications WHERE template = 'tier_upgraded'`,
});

/** How often each message was said to be sent, and how often it was sent; one that is sent again by hand starts to count its attempts anew. */
const sentOnce = within({
  service: 'notifications',
  name: 'notifications.mails-sent-once',
  says: 'Every e-mail that counts as sent was handed over once for each time somebody asked for it, and said so as often.',
  examined: 'notifications',
  offenders: `
    SELECT 'notification:' || n.id AS subject, format('%s: %s, asked for %s times, handed over %s times, said so %s times', n.intent, n.state, greatest(a.begun, 1), coalesce(a.sent, 0), coalesce(s.said, 0)) AS detail
    FROM notifications n
    LEFT JOIN (SELECT message_id, count(*) FILTER (WHERE outcome = 'sent') AS sent, count(*) FILTER (WHERE attempt = 1) AS begun FROM notification_attempts GROUP BY 1) a ON a.message_id = n.id
    LEFT JOIN (SELECT subject, count(*) AS said FROM outbox WHERE type = 'notifications.message.sent' GROUP BY 1) s ON s.subject = n.id::text
    WHERE coalesce(a.sent, 0) <> coalesce(s.said, 0) OR coalesce(a.sent, 0) > coalesce(a.begun, 0) OR n.state = 'sent' AND coalesce(a.sent, 0) = 0`,
});

async function endpoints(view: View): Promise<unknown[]> {
  const rows = await view.of('notifications').query<{ id: string; merchant: string; type: string; since: Date | null }>(
    `SELECT endpoint.id::text AS id, endpoint.merchant_id::text AS merchant, type,
       CASE WHEN active THEN greatest(endpoint.created_at, heard.since) + interval '2 seconds' END AS since
     FROM webhook_endpoints endpoint, unnest(event_types) AS type LEFT JOIN LATERAL (
       SELECT max(since) AS since FROM messaging_subscriptions s WHERE s.type = type AND consumer LIKE 'notifications.webhooks.on.%') heard ON true`,
  );
  return [
    rows.map(({ id }) => id),
    rows.map(({ merchant }) => merchant),
    rows.map(({ type }) => type),
    rows.map(({ since }) => since),
  ];
}

/** An endpoint hears what is said from its creation until it is taken away; what it heard before it was taken away stays. */
const deliveries = (['orders', 'loyalty'] as const).map((service) =>
  matching({
    name: `notifications.webhooks-of-${service}-once`,
    says: `Every event of ${service} that an endpoint asked for became one delivery to it, and no delivery is without its event.`,
    left: {
      service,
      what: 'the event and endpoint',
      params: endpoints,
      sql: `
        SELECT concat_ws(' ', said.id, endpoint.id) AS key, said.type AS value, ARRAY[said.id::text, subject] AS refs, coalesce(created_at >= since, false) AS must
        FROM outbox said JOIN unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[]) AS endpoint (id, merchant_id, type, since)
          ON endpoint.merchant_id = said.merchant_id AND endpoint.type = said.type
        WHERE said.type <> 'orders.order.completed' OR envelope->'data'->>'origin' = 'checkout'`,
    },
    right: {
      service: 'notifications',
      what: 'the delivery',
      sql: `SELECT concat_ws(' ', event_id, endpoint_id) AS key, event_type AS value, ARRAY[event_id]::text[] AS refs, true AS must FROM webhook_deliveries WHERE event_type LIKE '${service}.%'`,
    },
  }),
);

const deliveredOnce = within({
  service: 'notifications',
  name: 'notifications.webhooks-delivered-once',
  says: 'Every delivery that counts as made was accepted by its endpoint once for each time somebody asked for it, and said so as often; none that was accepted is tried again unasked.',
  examined: 'webhook_deliveries',
  offenders: `
    SELECT 'delivery:' || d.id AS subject, format('%s: %s, asked for %s times, accepted %s times, said so %s times', d.event_type, d.state, greatest(a.begun, 1), coalesce(a.accepted, 0), coalesce(s.said, 0)) AS detail
    FROM webhook_deliveries d
    LEFT JOIN (SELECT delivery_id, count(*) FILTER (WHERE status BETWEEN 200 AND 299) AS accepted, count(*) FILTER (WHERE attempt = 1) AS begun FROM webhook_attempts GROUP BY 1) a ON a.delivery_id = d.id
    LEFT JOIN (SELECT subject, count(*) AS said FROM outbox WHERE type = 'notifications.webhook.delivered' GROUP BY 1) s ON s.subject = d.id::text
    WHERE coalesce(a.accepted, 0) <> coalesce(s.said, 0) OR coalesce(a.accepted, 0) > coalesce(a.begun, 0) OR d.state = 'delivered' AND coalesce(a.accepted, 0) = 0
      OR d.state <> 'delivered' AND d.attempts > 0 AND (SELECT status FROM webhook_attempts last WHERE last.delivery_id = d.id ORDER BY last.id DESC LIMIT 1) BETWEEN 200 AND 299`,
});

export const notificationInvariants: Invariant[] = [
  orderMails,
  verificationMails,
  tierMails,
  sentOnce,
  ...deliveries,
  deliveredOnce,
];
