/**
 * What the screens may ask of the main process. Declared globally because main/, preload/ and renderer/ share these names
 * and, by the layers, none of them may import another.
 */
declare global {
  /** Where the embedded server listens, and the token that it accepts. */
  interface ScitqConnection {
    /** `http://127.0.0.1:PORT` */
    address: string;
    token: string;
  }

  interface ScitqBridge {
    /** Rejects when asked from anywhere but the screens' own top frame. */
    connection(): Promise<ScitqConnection>;
  }

  /** The IPC channel of each call of {@link ScitqBridge}. */
  interface ScitqChannels {
    connection: 'scitq:connection';
  }

  interface Window {
    /** Undefined where the screens run in a browser instead of the app. */
    readonly scitq?: ScitqBridge;
  }
}

export {};
