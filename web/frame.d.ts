/** Why a token is asked for: there is none, it is about to end, or PingOne refused it. */
export type TokenReason = "start" | "expiry" | "unauthorized";

/** Gives an access token for PingOne. Without one, or when it rejects, the frame says so and offers to ask again. */
export type TokenProvider = (request: { reason: TokenReason }) => Promise<{ accessToken: string } | undefined>;

/** How the frame looks. */
export interface Look {
  theme?: "auto" | "light" | "dark";
  /** Plain colours and fonts; anything else is dropped. */
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
  /** The address of embed.html, on an origin of its own. */
  src: string;
  tokenProvider: TokenProvider;
  /** The code of the region that is taken. */
  region?: string;
  environmentId?: string;
  /** A user to open at once. */
  userId?: string;
}

export interface Frame {
  /** The frame. The events of `FrameEvents` are dispatched on it and bubble. */
  readonly iframe: HTMLIFrameElement;
  look(look: Look): void;
  forgetToken(): void;
  /** Takes the frame away. A run that goes on is stored in the browser and can be continued. */
  remove(): void;
}

/** A run in numbers. */
export interface RunCounts {
  /** The plan's number. */
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

/** Puts pingone-mfa into `container`, in a frame. */
export function framePingOneMfa(container: Element, options: Options): Frame;
