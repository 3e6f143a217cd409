import type { Caller } from '@florin/access';
import { Transactions } from '@florin/database';
import { type Answered, Idempotency, type IdempotentRequest, ok, requireVersion } from '@florin/http';
import { present, Refusal } from '@florin/kernel';
import { Injectable } from '@nestjs/common';
import { isListable } from './address-lists';
import { isCountry } from './country-places';
import { defaultVersion, type FraudSettings } from './fraud-settings';
import type { FraudSettingsDto } from './fraud-settings.dto';
import { SettingsRepository } from './settings.repository';

/** Says the next version of what a merchant sets of the fraud check; older ones stay, because decisions name them. */
@Injectable()
export class SaveFraudSettings {
  constructor(
    private readonly transactions: Transactions,
    private readonly idempotency: Idempotency,
    private readonly settings: SettingsRepository,
  ) {}

  /** Refuses with 422 what contradicts itself, and with 412 when it was changed meanwhile. */
  execute(
    { merchantId, subject }: Caller,
    request: IdempotentRequest,
    version: number,
    input: FraudSettings,
  ): Promise<Answered<FraudSettingsDto>> {
    requireSense(input);
    return this.transactions.run((tx) =>
      this.idempotency.once(tx, request, async () => {
        const before = await this.settings.one(tx, merchantId);
        requireVersion(version, before?.version ?? defaultVersion);
        if (!(await this.settings.insert(tx, merchantId, version + 1, input, subject)))
          requireVersion(version, version + 1);
        return ok(present(await this.settings.one(tx, merchantId), 'settings just saved are there'));
      }),
    );
  }
}

/** Refuses settings that contradict themselves or name what cannot be compared. */
export function requireSense({ review_from, deny_from, geography, address, frequency }: FraudSettings): void {
  if (deny_from < review_from)
    throw unfit('deny_from', 'deny_below_review', 'What is refused must score at least as high as what is reviewed.');
  const nowhere = geography.high_risk_countries.findIndex((code) => !isCountry(code));
  if (nowhere !== -1)
    throw unfit(`geography.high_risk_countries[${nowhere}]`, 'country_unknown', 'There is no country with this code.');
  for (const list of ['denied', 'allowed', 'proxies'] as const) {
    const odd = address[list].findIndex((entry) => !isListable(entry));
    if (odd !== -1)
      throw unfit(
        `address.${list}[${odd}]`,
        'address_not_listable',
        'Give an address, or a network from /8 to /24 (IPv4) or /16 to /48 (IPv6).',
      );
  }
  const named = frequency.limits.map(({ window }) => window);
  if (new Set(named).size < named.length)
    throw unfit('frequency.limits', 'window_repeated', 'Each window has one limit.');
}

const unfit = (field: string, code: string, message: string): Refusal =>
  Refusal.field('unprocessable', field, code, message);
