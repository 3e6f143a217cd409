import 'reflect-metadata';
import { stockConfirmed } from '@florin/contracts';
import { DatabaseConfig, openDataSource, Transactions } from '@florin/database';
import { newId } from '@florin/kernel';
import { messagingSettings, Outbox } from '../src';
import { OutboxWake } from '../src/outbox-wake';

/** Says one thing and is killed right after the commit, before any relay could have published it. */
async function main(url: string): Promise<void> {
  const dataSource = await openDataSource(DatabaseConfig.from({ DATABASE_URL: url }), 'child');
  const outbox = new Outbox(new OutboxWake(), messagingSettings({ service: 'house' }));
  await new Transactions(dataSource).run(async (tx) => {
    await outbox.add(tx, stockConfirmed, newId(), { checkoutId: newId() });
    tx.afterCommit(() => void process.kill(process.pid, 'SIGKILL'));
  });
}

void main(process.argv[2] as string);
