/** How tokens are checked. Nothing has a default: a service that trusts the wrong issuer is worse than one that does not start. */
export interface AccessConfig {
  /** Where auth publishes its public keys. Not needed when keys are handed in. */
  jwksUrl?: string | undefined;
  issuer: string;
  audience: string;
}

/** Reads JWKS_URL, JWT_ISSUER and JWT_AUDIENCE; throws with every missing name at once. */
export function accessConfig(needsUrl = true, env: NodeJS.ProcessEnv = process.env): AccessConfig {
  const { JWKS_URL: jwksUrl, JWT_ISSUER: issuer, JWT_AUDIENCE: audience } = env;
  const missing = Object.entries({ JWT_ISSUER: issuer, JWT_AUDIENCE: audience, ...(needsUrl && { JWKS_URL: jwksUrl }) })
    .filter(([, value]) => !value)
    .map(([name]) => name);
  if (missing.length > 0 || !issuer || !audience)
    throw new Error(`Set ${missing.join(', ')}: tokens cannot be checked without.`);
  return { jwksUrl, issuer, audience };
}
