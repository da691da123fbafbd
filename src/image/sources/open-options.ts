import type { Platform } from '../image.ts';
import type { KnownImages } from '../known-images.ts';

/** How an image is looked for. */
export interface OpenOptions {
  /** Undefined: this machine's, or the only one that there is. */
  readonly platform?: Platform;
  /** `HOME`, `DOCKER_HOST`, `HTTPS_PROXY` and so on; `process.env`. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Told in one line what is looked at now: `asking Docker Engine at /var/run/docker.sock`. */
  progress?(message: string): void;
  /** Ends everything that is under way. */
  readonly signal?: AbortSignal;
  readonly registry?: RegistryChoices;
  /** A compressed archive is unpacked once to a temporary file, instead of once for every reader. */
  readonly temporaryFiles?: boolean;
  /** An engine's image that is among these is exported only when a layer's bytes are asked for. */
  readonly known?: KnownImages;
  /** How long an engine may take to say whether it has an image, in seconds. 10. */
  readonly engineTimeoutSeconds?: number;
}

/** What is asked of a registry and how. */
export interface RegistryChoices {
  /** A file of certificates (PEM) that are trusted beside the usual ones. */
  readonly caFile?: string;
  /** Hosts that are asked without TLS though they are not on loopback. */
  readonly plainHttp?: boolean;
  /** Hosts that are asked first: `mirror.example.com` or `mirror.example.com/prefix`. */
  readonly mirrors?: readonly string[];
  /** How long may nothing arrive, in seconds. 30. */
  readonly timeoutSeconds?: number;
}
