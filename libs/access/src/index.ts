export { AccessGuard, type CallerCheck, CallerChecks } from './access-guard';
export { AccessModule, type AccessOptions, KEY_SOURCE } from './access.module';
export {
  type CalledRequest,
  Caller,
  type CallerFacts,
  callerOf,
  CurrentCaller,
  requireMerchant,
  requirePermission,
} from './caller';
export { accessConfig, type AccessConfig } from './config';
export { type JwkSet, KeyRing, type KeySource, keysFrom } from './key-ring';
export {
  isPermission,
  isRole,
  type Level,
  type Permission,
  permissionsOf,
  type Resource,
  resources,
  type Role,
  roles,
} from './permissions';
export { declarationOf, Public, Requires } from './requires';
export { RevokedSessions } from './revoked-sessions';
export { undeclaredRoutes } from './undeclared-routes';
export { VerifiedTokens } from './verified-tokens';
