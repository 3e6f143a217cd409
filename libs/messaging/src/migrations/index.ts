import { CreateMessaging1763690000000 } from './create-messaging-1763690000000';

/** The tables of messaging, for the list of migrations of every service. */
export const messagingMigrations = [CreateMessaging1763690000000];
