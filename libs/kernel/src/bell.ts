/** Wakes one loop that rests. Ringing while nobody rests ends the next rest at once. */
export class Bell {
  private rung = false;
  private wake: (() => void) | undefined;

  ring(): void {
    this.rung = true;
    this.wake?.();
  }

  /** Forgets what has rung: whoever calls this is about to look anyway. */
  hush(): void {
    this.rung = false;
  }

  /** Resolves when the bell rings or the time is over; it has then not rung any more. */
  async rest(milliseconds: number): Promise<void> {
    if (!this.rung)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, milliseconds);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    this.wake = undefined;
    this.rung = false;
  }
}
