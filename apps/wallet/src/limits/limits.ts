import type { Tx } from '@florin/database';
import { type Clock, Refusal } from '@florin/kernel';
import { Ledger } from '@florin/ledger';
import { CLOCK } from '@florin/service-host';
import { Inject, Injectable } from '@nestjs/common';
import { walletAccount } from '../accounts/money-accounts';
import { movementsRefused } from './limit-metrics';
import {
  effectiveRules,
  freezeNo,
  isCredit,
  type LimitNo,
  limitNo,
  type LimitRules,
  limitsOf,
  type Operation,
  periodsOf,
} from './limit-rules';
import {
  type Counter,
  counterKey,
  type CounterChange,
  LimitsRepository,
  onItsWay,
  type Use,
} from './limits.repository';

/** One movement of a member's money. */
export interface Movement {
  /** The same key is counted once, however often it is asked; `giveBack` and `arrived` name it. */
  key: string;
  merchantId: string;
  memberId: string;
  currency: string;
  operation: Operation;
  /** Above zero, in minor units. */
  amountMinor: number;
  /** The money comes later than this transaction: say `arrived` when it does, or `giveBack` when it will not. */
  arrivesLater?: boolean;
}

/** `wallet_frozen`, `limit_per_transaction`, `limit_per_day`, `limit_per_month` or `limit_max_balance`. */
export type Taken = { ok: true } | ({ ok: false } & LimitNo);

interface Limited extends Movement {
  index: number;
  rules: LimitRules;
  day: string;
  month: string;
}

/**
 * What members may move at their merchant. Ask before the ledger is written, in the same transaction: the counters stay locked
 * until it ends, so two movements never share the room of one, and a member cannot be frozen in between. A refused movement
 * changes nothing. From the first limit that a merchant sets in a currency every movement there is counted.
 */
@Injectable()
export class Limits {
  constructor(
    private readonly limits: LimitsRepository,
    private readonly ledger: Ledger,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Answers movement by movement, in order. Costs one round trip where nothing is limited. */
  async take(tx: Tx, set: readonly Movement[]): Promise<Taken[]> {
    if (set.length === 0) return [];
    const standings = await this.standings(tx, set);
    const now = this.clock.now();
    const answers: Taken[] = set.map(() => ({ ok: true }));
    const limited: Limited[] = [];
    set.forEach((movement, index) => {
      const standing = standings[index];
      const no = freezeNo(standing?.frozen ?? null, movement.operation);
      if (no) answers[index] = { ok: false, ...no };
      else if (standing?.everybody ?? standing?.own) {
        const rules = effectiveRules(standing.everybody, standing.own);
        limited.push({ ...movement, index, rules, ...periodsOf(now, rules.time_zone) });
      }
    });
    if (limited.length > 0) await this.count(tx, limited, answers);
    answers.forEach((answer, index) => {
      const operation = set[index]?.operation;
      if (!answer.ok && operation) movementsRefused.inc({ operation, code: answer.code });
    });
    return answers;
  }

  /** Takes one movement, or throws its no as a 422. */
  async require(tx: Tx, movement: Movement): Promise<void> {
    const [taken] = await this.take(tx, [movement]);
    if (taken?.ok === false) throw new Refusal('unprocessable', taken.code, taken.reason);
  }

  /** Whether each wallet takes in what its member did nothing for: only one that is frozen altogether does not. No limit counts. */
  async mayReceive(tx: Tx, set: readonly Pick<Movement, 'merchantId' | 'memberId' | 'currency'>[]): Promise<boolean[]> {
    if (set.length === 0) return [];
    return (await this.standings(tx, set)).map(({ frozen }) => frozen !== 'all');
  }

  /** The movements did not happen: others may use their room. Unknown keys are passed over. */
  async giveBack(tx: Tx, keys: readonly string[]): Promise<void> {
    const uses = await this.locked(tx, keys);
    if (uses.length === 0) return;
    const returned = await this.limits.giveBack(
      tx,
      uses.map(({ key }) => key),
    );
    await this.limits.lower(tx, returned.flatMap(sharesOf));
  }

  /** Money that was on its way is in the wallet now. Say it before the ledger is written. */
  async arrived(tx: Tx, keys: readonly string[]): Promise<void> {
    const uses = await this.locked(tx, keys);
    if (uses.length === 0) return;
    const arrived = await this.limits.arrive(
      tx,
      uses.map(({ key }) => key),
    );
    await this.limits.lower(
      tx,
      arrived.map((use) => ({ ...onItsWayOf(use), byMinor: use.amountMinor })),
    );
  }

  private async standings(
    tx: Tx,
    set: readonly Pick<Movement, 'merchantId' | 'memberId' | 'currency'>[],
  ): ReturnType<LimitsRepository['standings']> {
    const [, standings] = await Promise.all([this.limits.keepUnfrozen(tx, set), this.limits.standings(tx, set)]);
    return standings;
  }

  /** The counters first, then the uses: the same order as `take`. */
  private async locked(tx: Tx, keys: readonly string[]): Promise<Use[]> {
    if (keys.length === 0) return [];
    const uses = await this.limits.counted(tx, keys);
    if (uses.length > 0)
      await this.limits.lockCounters(
        tx,
        uses.flatMap((use) => sharesOf(use)),
      );
    return uses;
  }

  private async count(tx: Tx, limited: readonly Limited[], answers: Taken[]): Promise<void> {
    const credits = limited.filter(({ operation, rules }) => isCredit(operation) && rules.max_balance_minor != null);
    const [used, known, balances] = await Promise.all([
      this.limits.lockCounters(
        tx,
        limited.flatMap((one) => countersOf(one)),
      ),
      this.limits.known(
        tx,
        limited.map(({ key }) => key),
      ),
      credits.length === 0 ? [] : this.ledger.balances(tx, [...new Set(credits.map(walletAccount))]),
    ]);
    const inWallet = new Map(balances.map((balance) => [balance.code, balance.posted]));
    const changes = new Map<string, CounterChange>();
    const uses: Use[] = [];
    const before = (counter: Counter) => used.get(counterKey(counter)) ?? 0;
    for (const one of limited) {
      if (known.has(one.key)) continue;
      const [day, month, coming] = [dayOf(one), monthOf(one), onItsWayOf(one)];
      const balance = (inWallet.get(walletAccount(one)) ?? 0) + before(coming);
      const no = limitNo(one.rules, one.operation, one.amountMinor, {
        day: before(day),
        month: before(month),
        balance,
      });
      if (no) {
        answers[one.index] = { ok: false, ...no };
        continue;
      }
      known.add(one.key);
      const limits = limitsOf(one.rules, one.operation);
      const add = (counter: Counter, limitMinor: number | null) => {
        const key = counterKey(counter);
        used.set(key, before(counter) + one.amountMinor);
        changes.set(key, { ...counter, byMinor: (changes.get(key)?.byMinor ?? 0) + one.amountMinor, limitMinor });
      };
      add(day, limits.per_day_minor ?? null);
      add(month, limits.per_month_minor ?? null);
      if (isCredit(one.operation)) {
        // What arrives in this transaction is in the ledger for the next that looks; for the rest of this set it is on its way.
        if (one.arrivesLater) add(coming, null);
        else inWallet.set(walletAccount(one), (inWallet.get(walletAccount(one)) ?? 0) + one.amountMinor);
      }
      uses.push({ ...one, onItsWay: isCredit(one.operation) && one.arrivesLater === true });
    }
    await Promise.all([this.limits.change(tx, [...changes.values()]), this.limits.insertUses(tx, uses)]);
  }
}

type Counted = Pick<Use, 'merchantId' | 'memberId' | 'currency' | 'operation' | 'day' | 'month'>;

const counterOf = ({ merchantId, memberId, currency }: Counted, operation: Operation, period: string): Counter => ({
  merchantId,
  memberId,
  currency,
  operation,
  period,
});
const dayOf = (of: Counted): Counter => counterOf(of, of.operation, of.day);
const monthOf = (of: Counted): Counter => counterOf(of, of.operation, of.month);
/** One for all credits of the wallet: whoever adds to it waits for the one before. */
const onItsWayOf = (of: Counted): Counter => counterOf(of, 'receive', onItsWay);

function countersOf(one: Limited): Counter[] {
  return [dayOf(one), monthOf(one), ...(isCredit(one.operation) ? [onItsWayOf(one)] : [])];
}

function sharesOf(use: Use): Omit<CounterChange, 'limitMinor'>[] {
  const counters = [dayOf(use), monthOf(use), ...(use.onItsWay ? [onItsWayOf(use)] : [])];
  return counters.map((counter) => ({ ...counter, byMinor: use.amountMinor }));
}
