/** What messaging takes from the environment; MessagingModule.forService may override each. */
export function messagingEnvironment(): { rabbitmqUrl: string | undefined; namespace: string | undefined } {
  return { rabbitmqUrl: process.env['RABBITMQ_URL'], namespace: process.env['MESSAGING_NAMESPACE'] };
}
