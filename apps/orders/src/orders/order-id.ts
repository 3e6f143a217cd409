import { isId } from '@florin/kernel';

/**
 * The instant inside an order's id (UUID version 7, RFC 9562): its `created_at`, and so its partition.
 * Undefined for an id that is not one of an order.
 */
export function bornAt(orderId: string): Date | undefined {
  if (!isId(orderId) || orderId[14] !== '7') return undefined;
  return new Date(Number.parseInt(orderId.slice(0, 8) + orderId.slice(9, 13), 16));
}

/** The ids of a set of orders with the first and last instant in them, so that PostgreSQL looks only at their partitions. */
export function spanOf(orderIds: readonly string[]): [ids: readonly string[], from: Date, to: Date] {
  const times = orderIds.map((id) => bornAt(id)?.getTime() ?? 0);
  return [orderIds, new Date(Math.min(...times)), new Date(Math.max(...times))];
}
