import { mulDiv } from '@florin/kernel';

/** A line as it was sold: its frozen price, and what active refunds (requested or completed) already give back of it. */
export interface SoldLine {
  quantity: number;
  totalMinor: number;
  taxMinor: number;
  backQuantity: number;
  backTotalMinor: number;
  backTaxMinor: number;
}

export interface LineRefund {
  totalMinor: number;
  taxMinor: number;
}

/** What was taken per tender, and what active refunds already give back to each. */
export interface Tenders {
  walletMinor: number;
  cardMinor: number;
  backWalletMinor: number;
  backCardMinor: number;
}

export interface TenderSplit {
  walletMinor: number;
  cardMinor: number;
}

/**
 * What refunding some units of a line gives back, in minor units. Always reckoned from the whole: after k of n units
 * exactly floor(total × k ÷ n) is back, less what is back already. So the cents never depend on how a return is cut into
 * refunds, the last unit brings the rest, and a refund that failed in between is made good by the next.
 */
export function refundOfLine(line: SoldLine, quantity: number): LineRefund {
  const units = line.backQuantity + quantity;
  const share = (whole: number, back: number) => Math.max(0, mulDiv(whole, units, line.quantity, 'floor') - back);
  return { totalMinor: share(line.totalMinor, line.backTotalMinor), taxMinor: share(line.taxMinor, line.backTaxMinor) };
}

/**
 * Splits a refund over wallet and card in proportion to what each paid (largest remainder over the running total; the
 * wallet takes a tie), so that any sequence of refunds ends with each tender having back exactly what it gave.
 * Never gives a tender more than it has left to receive.
 */
export function refundOfTenders(paid: Tenders, amountMinor: number): TenderSplit {
  const paidMinor = paid.walletMinor + paid.cardMinor;
  if (paidMinor === 0 || amountMinor === 0) return { walletMinor: 0, cardMinor: 0 };
  const backMinor = paid.backWalletMinor + paid.backCardMinor + amountMinor;
  const fairWallet = mulDiv(backMinor, paid.walletMinor, paidMinor, 'half_up') - paid.backWalletMinor;
  const least = Math.max(0, amountMinor - (paid.cardMinor - paid.backCardMinor));
  const most = Math.min(amountMinor, paid.walletMinor - paid.backWalletMinor);
  const walletMinor = Math.min(Math.max(fairWallet, least), most);
  return { walletMinor, cardMinor: amountMinor - walletMinor };
}
