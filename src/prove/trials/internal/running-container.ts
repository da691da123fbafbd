import type { Duplex } from 'node:stream';

/** An address and port on which a program waits for connections: `0.0.0.0:8080`. */
export interface Listener {
  readonly address: string;
  readonly port: number;
}

/** How a program or a command inside the container ended. */
export interface Ended {
  /** Undefined: it did not end in the time that it had. */
  readonly exitCode: number | undefined;
  readonly output: string;
  readonly errors: string;
}

export interface Stopped {
  readonly exitCode: number;
  /** It was still there at the end of its grace period. */
  readonly killed: boolean;
  readonly seconds: number;
}

/** A container that was started, wherever it runs: what is observed is the same. */
export interface RunningContainer {
  state(): Promise<{ readonly running: boolean; readonly exitCode: number }>;
  /** Undefined where it cannot be seen from outside. */
  listeners(): Promise<readonly Listener[] | undefined>;
  /** Those of the ports on which it listens, where that is known in another way than by trying. */
  openPorts?(ports: readonly number[]): Promise<readonly number[]>;
  /** A connection to a port of its own address. @throws Error where nothing answers */
  connect(port: number): Promise<Duplex>;
  execute(command: readonly string[], seconds: number): Promise<Ended>;
  /** Of its first process, as it is inside; undefined where it cannot be seen. */
  user(): Promise<{ readonly uid: number; readonly gid: number } | undefined>;
  stop(graceSeconds: number): Promise<Stopped>;
  /** The last lines of what it wrote. */
  logs(): Promise<readonly string[]>;
}
