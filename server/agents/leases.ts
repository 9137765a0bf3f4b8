import type { WorkerId } from '#core/task/ids.ts';

interface Lease {
  /** Milliseconds since the epoch, to show. */
  lastContact: number;
  /** On the monotonic clock, to measure: a clock that is set forward must not lose every worker. */
  heard: number;
  timer: NodeJS.Timeout;
  phase: 'in contact' | 'offline';
}

/**
 * Tells when a worker has not been heard of for `offlineAfter`, then for `lostAfter`, both in milliseconds since the
 * last contact. One timer a worker, set again only when it goes off: a heartbeat costs a field.
 */
export class Leases {
  readonly #leases = new Map<WorkerId, Lease>();
  readonly #options: {
    offlineAfter: number;
    lostAfter: number;
    onOffline: (id: WorkerId) => void;
    onLost: (id: WorkerId) => void;
    now: () => number;
  };

  constructor(options: {
    offlineAfter: number;
    lostAfter: number;
    onOffline: (id: WorkerId) => void;
    onLost: (id: WorkerId) => void;
    now: () => number;
  }) {
    this.#options = options;
  }

  /** Heard of just now; starts watching a worker that was not watched. */
  touch(id: WorkerId): void {
    const lastContact = this.#options.now();
    const heard = performance.now();
    const lease = this.#leases.get(id);
    if (lease !== undefined && lease.phase === 'in contact') {
      lease.lastContact = lastContact;
      lease.heard = heard;
      return;
    }
    if (lease !== undefined) clearTimeout(lease.timer);
    this.#leases.set(id, {
      lastContact,
      heard,
      phase: 'in contact',
      timer: this.#timer(id, this.#options.offlineAfter),
    });
  }

  lastContact(id: WorkerId): number | undefined {
    return this.#leases.get(id)?.lastContact;
  }

  forget(id: WorkerId): void {
    clearTimeout(this.#leases.get(id)?.timer);
    this.#leases.delete(id);
  }

  close(): void {
    for (const { timer } of this.#leases.values()) clearTimeout(timer);
    this.#leases.clear();
  }

  #timer(id: WorkerId, delay: number): NodeJS.Timeout {
    return setTimeout(() => this.#check(id), delay).unref();
  }

  #check(id: WorkerId): void {
    const lease = this.#leases.get(id);
    if (lease === undefined) return;
    const { offlineAfter, lostAfter, onOffline, onLost } = this.#options;
    const silence = performance.now() - lease.heard;
    if (silence >= lostAfter) {
      this.#leases.delete(id);
      onLost(id);
    } else if (silence >= offlineAfter) {
      if (lease.phase === 'in contact') onOffline(id);
      lease.phase = 'offline';
      lease.timer = this.#timer(id, lostAfter - silence);
    } else {
      lease.timer = this.#timer(id, offlineAfter - silence);
    }
  }
}
