import { type Invariant, within } from '../invariant';
import { bornAt } from './listening';

/** Past this nothing that still waits for somebody is on its way any more; every retry has come round by then. */
const stuckAfter = `interval '15 minutes'`;
/** The sweeper looks every second; the messages of what it ended need a moment too. */
const sweeperNeeds = `interval '1 minute'`;

const orders = within({
  service: 'orders',
  name: 'orders.nothing-is-stuck',
  says: 'No checkout is past its deadline, none is still being confirmed or let go long after, and no refund still waits for its money.',
  examined: 'checkouts',
  offenders: `
    SELECT 'checkout:' || id AS subject, format('order %s: %s, stock %s, payment %s, after %s', order_id, state, stock, payment, date_trunc('second', now() - ${bornAt('id')})) AS detail
    FROM checkouts
    WHERE state = 'reserving' AND now() - ${bornAt('id')} > deadline_at - created_at + ${sweeperNeeds}
      OR (state = 'confirming' OR stock = 'releasing' OR payment = 'releasing') AND now() - ${bornAt('id')} > deadline_at - created_at + ${stuckAfter}
    UNION ALL
    SELECT 'refund:' || refunds.id, format('order %s: requested %s ago', order_id, date_trunc('second', now() - said.created_at))
    FROM refunds JOIN outbox said ON said.type = 'wallet.refund.issue' AND said.subject = refunds.id::text
    WHERE status = 'requested' AND now() - said.created_at > ${stuckAfter}`,
});

const wallet = within({
  service: 'wallet',
  name: 'wallet.nothing-is-stuck',
  says: 'No charge or refund still waits for an answer of the processor long after it was asked for, unless the processor said that it takes its time.',
  examined: 'payment_transactions',
  offenders: `
    SELECT 'payment:' || id AS subject, format('%s, wanted %s, after %s attempts in %s', state, wants, attempts, date_trunc('second', now() - asked_at)) AS detail
    FROM payment_transactions WHERE action IS NOT NULL AND state <> 'pending' AND now() - asked_at > ${stuckAfter}
    UNION ALL
    SELECT 'refund:' || id, format('%s after %s attempts in %s', state, attempts, date_trunc('second', now() - asked_at))
    FROM payment_refunds WHERE action IS NOT NULL AND state <> 'pending' AND now() - asked_at > ${stuckAfter}`,
});

const notifications = within({
  service: 'notifications',
  name: 'notifications.nothing-is-stuck',
  says: 'No e-mail and no webhook still waits for its first attempt long after it was asked for.',
  examined: '(SELECT id FROM notifications UNION ALL SELECT id FROM webhook_deliveries) due',
  offenders: `
    SELECT 'notification:' || id AS subject, format('%s, never tried in %s', intent, date_trunc('second', now() - created_at)) AS detail
    FROM notifications WHERE state = 'pending' AND attempts = 0 AND next_at < now() - ${stuckAfter}
    UNION ALL
    SELECT 'delivery:' || id, format('%s of event %s, never tried in %s', event_type, event_id, date_trunc('second', now() - created_at))
    FROM webhook_deliveries WHERE state = 'pending' AND attempts = 0 AND next_at < now() - ${stuckAfter}`,
});

export const stuckInvariants: Invariant[] = [orders, wallet, notifications];
