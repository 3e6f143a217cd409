import { Cashback } from './cashback';
import { type Direct, payDirectly } from './directs';
import { Endings } from './endings';
import { beginFraudCheck } from './fraud';
import { House } from './house';
import { Keepers } from './keepers';
import { type Books, Liability } from './liability';
import { type Payouts, Withdrawals } from './payouts';
import { Points } from './points';
import { Post } from './post';
import { Purses, type Transfer } from './purses';
import { Returns, type Return } from './returns';
import { Sales } from './sales';
import { Shop } from './shop';
import { Bookkeeping, type Statements } from './statements';
import type { Stores } from './stores';
import { Till } from './till';
import type { Coupon, Member, Merchant, Sale, Variant } from './things';
import { type Held, Values } from './values';

/** The people, things and orders of the story, for those who spoil it. */
export interface Story {
  merchant: Merchant;
  stranger: Merchant;
  ada: Member;
  ben: Member;
  beans: Variant;
  coupon: Coupon;
  /** Three lines, the last of them free; wallet and card, with a coupon. */
  mixed: Sale;
  /** Three of one line; two came back in two refunds, the first of them to the shelf. */
  returned: Sale;
  first: Return;
  second: Return;
  declined: Sale;
  undone: Sale;
  undoId: string;
  reserving: Sale;
  imported: Sale;
  free: Sale;
  elsewhere: Sale;
  /** Paid from the wallet alone. */
  pocket: Sale;
  liability: Books;
  /** Paid from a gift card and the wallet. */
  mixture: Sale;
  values: Held;
  /** Between members. */
  gift: Transfer;
  payouts: Payouts;
  /** Authorised through the API, taken in two parts and given back in part. */
  direct: Direct;
  statements: Statements;
}

/** One line of a purchase. */
const of = (variant: Variant, quantity: number, discountMinor = 0) => ({ variant, quantity, discountMinor });

/** One of everything that can happen to an order, all of it consistent. */
export async function tellStory(stores: Stores): Promise<Story> {
  const house = new House(stores);
  const [post, till, cashback] = [new Post(house), new Till(house), new Cashback(house)];
  beginFraudCheck(house);
  const shop = new Shop(house, post);
  const liability = new Liability(house);
  const points = new Points(house, post, cashback, liability);
  const endings = new Endings(house, post, points);
  const sales = new Sales(house, till, new Keepers(house, shop), endings);
  const returns = new Returns(house, shop, post, endings, points);
  const merchant = shop.merchant('Harbour', true);
  const stranger = shop.merchant('Stranger', false);
  post.endpoint(merchant.id, ['orders.order.completed', 'orders.order.refunded', 'loyalty.points.earned']);
  const beans = shop.variant(merchant.id, 'BEANS', 1_450, 100);
  const filters = shop.variant(merchant.id, 'FILTERS', 333, 100);
  const sample = shop.variant(merchant.id, 'SAMPLE', 0, 10);
  const mugs = shop.variant(stranger.id, 'MUGS', 900, 10);
  const [ada, ben] = [shop.member(merchant, 'Ada'), shop.member(merchant, 'Ben')];
  const eve = shop.member(stranger, 'Eve');
  const coupon = sales.coupon(merchant.id, 'WELCOME');
  till.topup(ada, 5_000);
  const wanted = [of(beans, 2, 100), of(filters, 1), of(sample, 1)];
  const mixed = sales.buy({ member: ada, lines: wanted, walletMinor: 1_000, coupon });
  const returned = sales.buy({ member: ada, lines: [of(filters, 3), of(beans, 2)], walletMinor: 600 });
  const [line, other] = returned.lines;
  if (!line || !other) throw new Error('the order has two lines');
  const ones = [line, other].map((each) => ({ line: each, quantity: 1 }));
  const first = returns.take(returned, ones, 100, true);
  const second = returns.take(returned, [{ line, quantity: 1 }], 33, false);
  const declined = sales.buy({ member: ben, lines: [of(beans, 1, 100)], coupon, outcome: 'declined' });
  const undone = sales.buy({ member: ada, lines: [of(beans, 1)], walletMinor: 450, outcome: 'undone' });
  const undoId = returns.undo(undone);
  const reserving = sales.buy({ member: ada, lines: [of(beans, 1)], walletMinor: 50, outcome: 'reserving' });
  const imported = sales.buy({ member: ben, lines: [of(beans, 5)], outcome: 'imported' });
  const free = sales.buy({ member: ben, lines: [of(sample, 1)] });
  const elsewhere = sales.buy({ member: eve, lines: [of(mugs, 1)] });
  const pocket = sales.buy({ member: ada, lines: [of(filters, 1)], walletMinor: 333 });
  const money = tellOfMoney({ house, shop, till, sales }, { merchant, ada, ben, filters });
  for (const part of [sales, returns, points, cashback, shop, house]) part.close();
  liability.close(stranger.id);
  await fill(stores, returned, returns);
  await Withdrawals.giveBack(stores, money.payouts);
  await Bookkeeping.name(stores, money.statements);
  await liability.closeMonth(stores);
  return {
    merchant,
    stranger,
    ada,
    ben,
    beans,
    coupon,
    mixed,
    returned,
    first,
    second,
    declined,
    undone,
    undoId,
    reserving,
    imported,
    free,
    elsewhere,
    pocket,
    ...money,
    liability: liability.books,
  };
}

/** What happens to money beside the sales of a shop. */
function tellOfMoney(
  { house, shop, till, sales }: { house: House; shop: Shop; till: Till; sales: Sales },
  { merchant, ada, ben, filters }: { merchant: Merchant; ada: Member; ben: Member; filters: Variant },
): Pick<Story, 'mixture' | 'values' | 'gift' | 'payouts' | 'statements' | 'direct'> {
  const values = new Values(house);
  const card = values.card(ada, 500);
  const giftCard = { ...card, amountMinor: 200 };
  const mixture = sales.buy({ member: ada, lines: [of(filters, 1)], walletMinor: 333, giftCard });
  const held = values.tell(ada, card);
  const purses = new Purses(house);
  const gift = purses.give(ada, ben, 40);
  purses.byHand(merchant.id, 700);
  const payouts = new Withdrawals(house).tell(shop.member(merchant, 'Cy'), till);
  const statements = new Bookkeeping(house).tell(shop.member(merchant, 'Di'), till);
  const direct = payDirectly(house, ben);
  return { mixture, values: held, gift, payouts, statements, direct };
}

/** Writes the world, and what only counts once it is there. */
async function fill(stores: Stores, returned: Sale, returns: Returns): Promise<void> {
  await stores.fill();
  await stores.onDatabase('orders', (client) => client.query(`UPDATE coupon_codes SET taken = 1`));
  await stores.onDatabase('wallet', (client) => Purses.name(client));
  await stores.onDatabase('catalog', async (client) => {
    for (const each of returned.lines)
      await client.query('UPDATE inventory_reservations SET restocked = $2 WHERE line_id = $1', [
        each.id,
        returns.restockedOf(each.id),
      ]);
  });
}
