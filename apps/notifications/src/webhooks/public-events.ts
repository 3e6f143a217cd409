import {
  orderCancelled,
  orderCompleted,
  orderPlaced,
  orderRefunded,
  pointsClawedBack,
  pointsEarned,
  tierUpgraded,
} from '@florin/contracts';

/** Events that a merchant may subscribe to; their data is part of the public API. */
export const publicEventTypes = [
  orderPlaced,
  orderCompleted,
  orderCancelled,
  orderRefunded,
  pointsEarned,
  pointsClawedBack,
  tierUpgraded,
].map(({ type }) => type);
