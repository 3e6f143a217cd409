/** Something that the story promised did not happen. */
export class Broken extends Error {
  override readonly name = 'Broken';
}

/** Throws Broken when what was promised is not so. */
export function expect(condition: unknown, promise: string): asserts condition {
  if (!condition) throw new Broken(promise);
}

/** Prints each step once it is done: what happened, how long it took, where to look. */
export class Teller {
  private steps = 0;
  private readonly began = performance.now();

  /** Runs one step; what it gives besides its value is printed. */
  async step<T>(title: string, work: () => Promise<{ saw: string; look?: string; value: T }>): Promise<T> {
    const started = performance.now();
    this.steps += 1;
    const number = String(this.steps).padStart(2);
    try {
      const { saw, look, value } = await work();
      const took = Math.round(performance.now() - started);
      console.log(`  ${number} ✓ ${title}: ${saw} (${took} ms)${look === undefined ? '' : `\n       ${look}`}`);
      return value;
    } catch (error) {
      console.log(`  ${number} ✗ ${title}: ${error instanceof Error ? error.message : String(error)}`);
      throw error;
    }
  }

  get summary(): string {
    return `${this.steps} steps in ${((performance.now() - this.began) / 1_000).toFixed(1)} s`;
  }
}

/** 1250 EUR minor units as people read them. */
export function amount(minor: number, currency: string): string {
  return `${(minor / 100).toFixed(2)} ${currency}`;
}
