/** Why a token is requested: there is none yet, it is about to expire, or PingOne refused it. */
export type TokenReason = "start" | "expiry" | "unauthorized";

/** Provides an access token for PingOne. Without one, or if it rejects, the element says so and offers a retry. */
export type TokenProvider = (request: { reason: TokenReason }) => Promise<{ accessToken: string } | undefined>;

/** A change that is about to be sent. */
export interface Change {
  change: "enable" | "disable" | "bypass";
  users: number;
  /** The user's ID if exactly one user is changed. */
  userId: string | null;
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

/** A failed request or action. */
export interface Fault {
  fault: FaultWord;
  /** The status of PingOne's response, or null without one. */
  status: number | null;
}

export type FaultWord =
  | "token-expired"
  | "token-invalid"
  | "token-forgotten"
  | "role-missing"
  | "licence-exceeded"
  | "environment-unknown"
  | "path-unknown"
  | "user-unknown"
  | "not-found"
  | "media-type-refused"
  | "request-refused"
  | "rate-limited"
  | "server-failed"
  | "status-unexpected"
  | "timeout"
  | "unreachable"
  | "body-cut"
  | "body-too-large"
  | "not-json"
  | "wrong-shape"
  | "paging"
  | "not-stored"
  | "host-refused"
  | "not-permitted"
  | "lock-silent"
  | "internal";

/** Details are counts, IDs and keywords, never names or tokens. All events bubble out of the element. */
export interface PingOneMfaEvents {
  /** The element has started. */
  "pingone-mfa:ready": CustomEvent<Record<string, never>>;
  /** tokenProvider is about to be called. */
  "pingone-mfa:token-needed": CustomEvent<{ reason: TokenReason }>;
  /** The element has connected to an environment. */
  "pingone-mfa:connected": CustomEvent<{ environmentId: string; region: string }>;
  /** All users were loaded. */
  "pingone-mfa:users-loaded": CustomEvent<{ users: number }>;
  /** The selection changed. `selected` is the number of selected users. */
  "pingone-mfa:selection-changed": CustomEvent<{ selected: number }>;
  /** A change is about to be sent. A synchronous `preventDefault()` cancels it. */
  "pingone-mfa:before-change": CustomEvent<Change>;
  /** One user's MFA was changed with its switch. */
  "pingone-mfa:changed": CustomEvent<{ userId: string; enabled: boolean }>;
  /** The progress of a run. */
  "pingone-mfa:run-progress": CustomEvent<RunCounts>;
  /** A run has finished or was stopped. */
  "pingone-mfa:run-finished": CustomEvent<RunCounts & { stopped: boolean }>;
  /** A request or action failed. */
  "pingone-mfa:fault": CustomEvent<Fault>;
}

/** The element's attributes, all optional. */
export interface PingOneMfaAttributes {
  /** The code of the region to use. */
  region?: string;
  "environment-id"?: string;
  /** The ID of a user to open at the start. */
  "user-id"?: string;
  /** The tabs to show, separated by spaces: `users`, `runs`, `requests`. `users` is always shown. */
  views?: string;
  /** What to leave out, separated by spaces: `no-token-menu`. */
  chrome?: string;
  /** `auto` follows the browser's setting. */
  theme?: "auto" | "light" | "dark";
}

/** `<pingone-mfa>` */
export interface PingOneMfaElement extends HTMLElement {
  /** The text of a config.json with the deployer's settings. */
  config: string | undefined;
  /** Every script of the page can call it, and so get a token. */
  tokenProvider: TokenProvider | undefined;
  /** Refreshes the number of users, and the list of users if it was loaded. */
  refresh(): void;
  /** Forgets the token and all data read with it. The token itself stays valid. */
  forgetToken(): void;
  /** The report of the finished run, as JSON without names, or `undefined` if there is none. */
  exportReport(): File | undefined;
  addEventListener<K extends keyof PingOneMfaEvents>(
    type: K,
    listener: (this: PingOneMfaElement, event: PingOneMfaEvents[K]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener<K extends keyof HTMLElementEventMap>(
    type: K,
    listener: (this: PingOneMfaElement, event: HTMLElementEventMap[K]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

declare global {
  interface HTMLElementTagNameMap {
    "pingone-mfa": PingOneMfaElement;
  }
}
