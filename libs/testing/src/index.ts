export { startBroker, BrokerServer, findRabbitmq } from './servers/rabbitmq';
export type { BrokerOptions } from './servers/rabbitmq';
export { startPostgres, PostgresServer } from './servers/postgres';
export type { PostgresOptions } from './servers/postgres';
export { freePort, isListening } from './servers/ports';
export { ServerFailure } from './servers/server-failure';
