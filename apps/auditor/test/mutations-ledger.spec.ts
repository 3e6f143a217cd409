import { newId } from '@florin/kernel';
import { type Mutation, spoilsAndIsNamed } from './vandal';
import { accounts } from './world/things';

const mutations: Mutation[] = [
  {
    title: 'a monitor on an account that does not know it is watched, so that it would never tell',
    sql: ({ merchant }) => ({
      wallet: `INSERT INTO ledger_monitors (id, account_id, measure, direction, threshold, beyond)
        SELECT '${newId()}', id, 'posted', 'above', 9007199254740991, false FROM ledger_accounts WHERE code = '${accounts.sales(merchant.id)}'`,
    }),
    breaks: ['wallet.ledger.monitors-are-true'],
  },
];

spoilsAndIsNamed(mutations);
