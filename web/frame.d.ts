/** Why a token is requested: there is none yet, it is about to expire, or PingOne refused it. */
export type TokenReason = "start" | "expiry" | "unauthorized";

/** Provides an access token for PingOne. Without one, or if it rejects, the frame says so and offers a retry. */
export type TokenProvider = (request: { reason: TokenReason }) => Promise<{ accessToken: string } | undefined>;

/** The frame's appearance. */
export interface Look {
  theme?: "auto" | "light" | "dark";
  /** Plain colors and fonts. Other values are ignored. */
  properties?: Partial<
    Record<
      | "--pingone-mfa-ground"
      | "--pingone-mfa-surface"
      | "--pingone-mfa-sunken"
      | "--pingone-mfa-line"
      | "--pingone-mfa-ink"
      | "--pingone-mfa-accent"
      | "--pingone-mfa-font",
      string
    >
  >;
}

export interface Options extends Look {
  /** The address of embed.html, on another origin than this page. */
  src: string;
  tokenProvider: TokenProvider;
  /** The code of the region to use. */
  region?: string;
  environmentId?: string;
  /** The ID of a user to open at the start. */
  userId?: string;
  /** The tabs to show, separated by spaces: `users`, `runs`, `requests`. `users` is always shown. */
  views?: string;
  /** What to leave out, separated by spaces: `no-token-menu`. */
  chrome?: string;
}

export interface Frame {
  /** The frame's element. The events of `FrameEvents` are dispatched on it and bubble. */
  readonly iframe: HTMLIFrameElement;
  look(look: Look): void;
  forgetToken(): void;
  /** Removes the frame. An unfinished run is stored in the browser and can be continued. */
  remove(): void;
}

/** Progress of a run as numbers of users. */
export interface RunCounts {
  /** The number of the run's plan. */
  run: string;
  total: number;
  done: number;
  changed: number;
  failed: number;
}

export interface FrameEvents {
  "pingone-mfa:ready": CustomEvent<Record<string, never>>;
  "pingone-mfa:connected": CustomEvent<{ environmentId: string; region: string }>;
  "pingone-mfa:token-needed": CustomEvent<{ request: number; reason: TokenReason }>;
  "pingone-mfa:run-progress": CustomEvent<RunCounts>;
  "pingone-mfa:run-finished": CustomEvent<RunCounts & { stopped: boolean }>;
  "pingone-mfa:height": CustomEvent<{ height: number }>;
}

/** Adds a frame with pingone-mfa to `container`. */
export function framePingOneMfa(container: Element, options: Options): Frame;
