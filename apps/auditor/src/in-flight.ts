import { isId } from '@florin/kernel';

/** Ids that many things share: what they are part of is not on its way because something else of theirs is. */
const tooWide = new Set(['merchantId', 'programId', 'productId', 'categoryId', 'endpointId']);

/**
 * What messages on their way speak of. Two databases may differ about these things and only these: one side has said
 * something that the other has not heard yet.
 */
export class InFlight {
  private readonly ids = new Set<string>();

  /** Takes the message's own id and those in its data, on the first level: what it is about, not every article in it. */
  add(id: string, subject: string, data: unknown): void {
    this.ids.add(id);
    if (isId(subject)) this.ids.add(subject);
    if (typeof data !== 'object' || data === null) return;
    for (const [name, value] of Object.entries(data)) if (!tooWide.has(name) && isId(value)) this.ids.add(value);
  }

  /** Whether a message on its way speaks of one of these. */
  touches(ids: readonly string[]): boolean {
    return ids.some((id) => this.ids.has(id));
  }

  get size(): number {
    return this.ids.size;
  }
}
