import { readdirSync, readFileSync } from 'node:fs';

const ticksPerSecond = 100;
const pageKiB = 4;

export interface Usage {
  cpuSeconds: number;
  rssMiB: number;
}

/** What each process has used so far, its children counted with it (PostgreSQL is one per connection). Linux only. */
export function usageOf(pids: Record<string, number>): Record<string, Usage> {
  const table = new Map<number, { parent: number; cpuSeconds: number; rssMiB: number }>();
  for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const stat = statOf(entry);
    if (stat) table.set(Number(entry), stat);
  }
  const within = (pid: number, root: number): boolean =>
    pid === root || (table.has(pid) && within(table.get(pid)?.parent ?? 0, root));
  return Object.fromEntries(
    Object.entries(pids).map(([name, root]) => {
      const own = [...table].filter(([pid]) => within(pid, root)).map(([, stat]) => stat);
      // Shared buffers would be counted once per backend: the largest process stands for the memory.
      const rssMiB = Math.max(0, ...own.map((stat) => stat.rssMiB));
      return [name, { cpuSeconds: own.reduce((sum, stat) => sum + stat.cpuSeconds, 0), rssMiB }];
    }),
  );
}

function statOf(pid: string): { parent: number; cpuSeconds: number; rssMiB: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [parent = 0, user = 0, system = 0, childUser = 0, childSystem = 0, rss = 0] = [
      fields[1],
      fields[11],
      fields[12],
      fields[13],
      fields[14],
      fields[21],
    ];
    return {
      parent,
      cpuSeconds: (user + system + childUser + childSystem) / ticksPerSecond,
      rssMiB: (rss * pageKiB) / 1_024,
    };
  } catch {
    return undefined; // it ended while we looked
  }
}
