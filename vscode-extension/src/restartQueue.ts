/**
 * Runs one restart at a time. A request during a run is remembered once: however many come, one more run follows, and
 * every caller gets the promise of a run that began after its request. Imports nothing.
 */

export class RestartQueue {
  private tail: Promise<void> = Promise.resolve();
  private waiting: Promise<void> | undefined;

  /** What `run` throws goes to `report`, and the queue goes on. */
  constructor(
    private readonly run: () => Promise<void>,
    private readonly report: (error: unknown) => void,
  ) {}

  request(): Promise<void> {
    if (this.waiting === undefined) {
      this.waiting = this.tail.then(async () => {
        this.waiting = undefined;
        try {
          await this.run();
        } catch (error) {
          this.report(error);
        }
      });
      this.tail = this.waiting;
    }
    return this.waiting;
  }
}
