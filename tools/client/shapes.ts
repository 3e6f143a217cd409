/** The parts of answers that the tools read. */
export interface Tokens {
  access_token: string;
  refresh_token: string;
}

export interface Page<T> {
  data: T[];
  next_cursor: string | null;
  has_more: boolean;
}

export interface Product {
  id: string;
  title: string;
  variants: { id: string; sku: string; title: string; price_minor: number; currency: string; available: number }[];
}

export interface Cart {
  id: string;
  total_minor: number;
  discount_minor: number;
}

export interface Order {
  id: string;
  number: string;
  status: string;
  reason_code: string | null;
  currency: string;
  list_minor: number;
  discount_minor: number;
  total_minor: number;
  wallet_minor: number;
  card_minor: number;
  lines: { line_id: string; variant_id: string; title: string; quantity: number; total_minor: number }[];
}

export interface Refund {
  id: string;
  status: string;
  total_minor: number;
  wallet_minor: number;
  card_minor: number;
}

export interface Receipt {
  id: string;
  kind: string;
  order_id: string;
  refund_id: string | null;
  points: number;
  balance_after: number;
  reason: string;
  steps: { step: string; detail: string; value: number }[];
}
