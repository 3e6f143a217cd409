/** How one payment order behaves. A real provider does each of these sooner or later; here they can be asked for. */
export interface Lie {
  /** The question is dropped before anything is written down, as often as this. */
  losesQuestions?: number;
  /** The order is taken, and the answer never comes in time. */
  losesAnswer?: boolean;
  /** The order is taken, and the answer says that something broke. */
  breaksAfterTaking?: boolean;
  /** For so long a list does not show the order that was taken. */
  hidesMs?: number;
  /** What is said in webhooks, in this order, instead of what happened. The money goes its own way. */
  says?: readonly string[];
  /** Rests ten steps there. */
  pausesAt?: Status;
  /** Each webhook as often as this. */
  times?: number;
  /** What happens to the order after it was taken, step by step. */
  becomes: readonly Status[];
}

export type Status = 'approved' | 'processing' | 'sent' | 'completed' | 'failed' | 'returned';

const paid: readonly Status[] = ['processing', 'sent', 'completed'];

/** By the last word of the holder's name: `Ada Timeout`. Any other name is paid honestly. */
export const lies: Readonly<Record<string, Lie>> = {
  honest: { becomes: paid },
  timeout: { becomes: paid, losesAnswer: true },
  broken: { becomes: paid, breaksAfterTaking: true },
  silent: { becomes: paid, losesAnswer: true, says: [] },
  lost: { becomes: paid, losesQuestions: 1 },
  deaf: { becomes: paid, losesQuestions: Number.POSITIVE_INFINITY },
  hidden: { becomes: paid, losesAnswer: true, hidesMs: 1_500 },
  twice: { becomes: paid, times: 2 },
  reordered: { becomes: paid, says: ['completed', 'sent', 'processing', 'approved'] },
  fails: { becomes: ['processing', 'failed'] },
  /** Says failed, and pays. */
  false: { becomes: paid, says: ['failed', 'completed'] },
  /** Fails, everybody is told, and later it is paid all the same. */
  undead: { becomes: ['processing', 'failed', 'completed'], pausesAt: 'failed' },
  returned: { becomes: [...paid, 'returned'] },
  /** Says it came back, and it did not. */
  boomerang: { becomes: paid, says: ['completed', 'returned'] },
  mute: { becomes: paid, says: [] },
  mess: {
    becomes: [...paid, 'returned'],
    losesAnswer: true,
    times: 3,
    says: ['returned', 'completed', 'failed', 'processing'],
  },
};

export function lieOf(holder: string): Lie {
  const word = holder.trim().split(/\s+/).at(-1)?.toLowerCase() ?? '';
  return (Object.hasOwn(lies, word) ? lies[word] : undefined) ?? { becomes: paid };
}
