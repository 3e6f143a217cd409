import { House } from './house';

/** A process that only publishes what stands in the outbox of a database, until it is killed. */
async function main(url: string, rabbitmqUrl: string, namespace: string): Promise<void> {
  await House.open({
    database: { url, drop: () => Promise.resolve() },
    broker: { url: rabbitmqUrl, namespace },
    worker: false,
  });
}

void main(process.argv[2] as string, process.argv[3] as string, process.argv[4] as string);
