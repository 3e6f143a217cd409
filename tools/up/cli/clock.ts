import { readClockOffset, writeClockOffset } from '../../../libs/service-host/src/clock';
import { Failure } from '../failure';

const unitMs: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
/** Services look every 200 ms; after this they all have seen it. */
const settleMs = 500;

/** `30d`, `12h`, `90m`, also together: `1d12h`. In milliseconds. */
export function readDuration(text: string): number {
  const parts = [...text.matchAll(/(\d+)([smhdw])/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text) {
    throw new Failure(`${text} is no length of time`, 'write it like 30d, 12h or 1d12h');
  }
  return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (unitMs[unit ?? ''] ?? 0), 0);
}

function spoken(offsetMs: number): string {
  if (offsetMs === 0) return 'as the system clock';
  const days = Math.floor(offsetMs / 86_400_000);
  const hours = Math.floor((offsetMs % 86_400_000) / 3_600_000);
  const minutes = Math.round((offsetMs % 3_600_000) / 60_000);
  return (
    [days > 0 ? `${days} d` : '', hours > 0 ? `${hours} h` : '', minutes > 0 ? `${minutes} min` : '']
      .filter(Boolean)
      .join(' ') + ' ahead'
  );
}

/** `florin clock [show | advance 30d]`: the clock of the local run only goes forward, as time does. */
export async function clock(clockFile: string, args: string[]): Promise<string> {
  const [verb = 'show', length] = args;
  if (verb === 'advance' && length !== undefined) {
    writeClockOffset(clockFile, readClockOffset(clockFile) + readDuration(length));
    await new Promise((resolve) => setTimeout(resolve, settleMs));
  } else if (verb !== 'show')
    throw new Failure(`florin clock ${args.join(' ')} is not known`, 'florin clock show, or florin clock advance 30d');
  const offsetMs = readClockOffset(clockFile);
  return `In this run it is ${new Date(Date.now() + offsetMs).toISOString()}: ${spoken(offsetMs)}.`;
}
