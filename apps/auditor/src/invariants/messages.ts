import type { Invariant, Offender, View } from '../invariant';
import { type Service, services } from '../services';

/** Something that holds in the same words in every service. $1 is the grace in milliseconds, $2 how many offenders are wanted. */
function everywhere(name: string, says: string, examined: string, offenders: string): Invariant {
  const lookIn = async (view: View, service: Service) => {
    const reader = view.of(service);
    const [total] = await reader.query<{ examined: number }>(`SELECT count(*) AS examined FROM ${examined}`);
    return {
      examined: total?.examined ?? 0,
      offenders: await reader.query<Offender>(`${offenders} LIMIT $2`, [view.graceMs, view.limit]),
    };
  };
  return {
    name,
    says,
    services,
    async look(view) {
      const looked = await Promise.all(
        services.map(async (service) => ({ service, ...(await lookIn(view, service)) })),
      );
      return {
        examined: looked.reduce((sum, each) => sum + each.examined, 0),
        offenders: looked
          .flatMap(({ service, offenders: found }) =>
            found.map(({ subject, detail }) => ({ subject, detail: `${service}: ${detail}` })),
          )
          .slice(0, view.limit),
      };
    },
  };
}

const published = everywhere(
  'messages.said-is-published',
  'Whatever was said has left the outbox, unless it was said a moment ago or is to be said later.',
  'outbox',
  `SELECT 'message:' || id AS subject, format('%s about %s waits since %s after %s attempts%s', type, subject, date_trunc('second', created_at), attempts, ': ' || last_error) AS detail
   FROM outbox WHERE published_at IS NULL AND created_at < now() - $1 * interval '1 millisecond'
     AND (not_before IS NULL OR attempts > 0 OR not_before < now() - $1 * interval '1 millisecond')`,
);

const deadLetters = everywhere(
  'messages.dead-letters-are-settled',
  'Every decision about a dead letter, to replay or to discard it, was carried out.',
  'messaging_dead_letter_actions',
  `SELECT 'message:' || message_id AS subject, format('%s of %s by %s was begun and not finished', action, queue, actor) AS detail
   FROM messaging_dead_letter_actions WHERE done_at IS NULL AND requested_at < now() - $1 * interval '1 millisecond'`,
);

const heard: Invariant[] = services.map((service) => ({
  name: `messages.${service}-heard-everything-once`,
  says: `Every message that ${service} listens for was handled by each of its consumers exactly once, and nothing was handled that nobody said.`,
  services: [service],
  look: (view) => Promise.resolve(view.heard.get(service) ?? { examined: 0, offenders: [] }),
}));

export const messageInvariants: Invariant[] = [published, deadLetters, ...heard];
