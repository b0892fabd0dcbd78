/**
 * Keys of writes. A write whose outcome is unknown (no answer, or a failure of the server) keeps
 * its key, so that sending it again cannot do it twice; any other gets a new one each time.
 */
class IdempotencyKeys {
  readonly #open = new Map<string, string>();

  of(request: string): string {
    let key = this.#open.get(request);
    if (key === undefined) {
      key = crypto.randomUUID();
      this.#open.set(request, key);
    }
    return key;
  }

  settled(request: string, status: number): void {
    if (status < 500) this.#open.delete(request);
  }
}

export const idempotencyKeys = new IdempotencyKeys();
