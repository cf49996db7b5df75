/** Why a token is asked for: there is none, it is about to end, or PingOne refused it. */
export type TokenReason = "start" | "expiry" | "unauthorized";

/** Gives an access token for PingOne. Without one, or when it rejects, the element says so and offers to ask again. */
export type TokenProvider = (request: { reason: TokenReason }) => Promise<{ accessToken: string } | undefined>;

/** What is about to be changed. */
export interface Change {
  change: "enable" | "disable" | "bypass";
  users: number;
  /** Whose, where it is one user. */
  userId: string | null;
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

/** What failed. */
export interface Fault {
  fault: FaultWord;
  /** The status of PingOne's answer, where one came. */
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
  | "lock-silent";

/** Counts, ids and words; never a name, and never a token. All of them bubble out of the element. */
export interface PingOneMfaEvents {
  /** The element is there. */
  "pingone-mfa:ready": CustomEvent<Record<string, never>>;
  /** The tokenProvider is about to be asked. */
  "pingone-mfa:token-needed": CustomEvent<{ reason: TokenReason }>;
  /** An environment was connected to. */
  "pingone-mfa:connected": CustomEvent<{ environmentId: string; region: string }>;
  /** Everyone was listed. */
  "pingone-mfa:users-loaded": CustomEvent<{ users: number }>;
  /** Others are selected: so many by now. */
  "pingone-mfa:selection-changed": CustomEvent<{ selected: number }>;
  /** Something is about to be changed. `preventDefault()` at once keeps it from being sent. */
  "pingone-mfa:before-change": CustomEvent<Change>;
  /** One user's flag was changed by its switch. */
  "pingone-mfa:changed": CustomEvent<{ userId: string; enabled: boolean }>;
  /** A run has come so far. */
  "pingone-mfa:run-progress": CustomEvent<RunCounts>;
  /** A run is over. */
  "pingone-mfa:run-finished": CustomEvent<RunCounts & { stopped: boolean }>;
  /** Something failed. */
  "pingone-mfa:fault": CustomEvent<Fault>;
}

/** The attributes, all of them optional. */
export interface PingOneMfaAttributes {
  /** The code of the region that is taken. */
  region?: string;
  "environment-id"?: string;
  /** A user to open at once. */
  "user-id"?: string;
  /** `auto` is as the browser is set. */
  theme?: "auto" | "light" | "dark";
}

/** `<pingone-mfa>` */
export interface PingOneMfaElement extends HTMLElement {
  /** The text of a config.json, for what a deployment decides. */
  config: string | undefined;
  /** Every script of the page can call it, and so get a token. */
  tokenProvider: TokenProvider | undefined;
  /** Reads anew how many users there are, and who they are if that had been read. */
  refresh(): void;
  /** Forgets the token, and everything that was read with it. The token itself stays valid. */
  forgetToken(): void;
  /** The report of the run that is over, as JSON without names; `undefined` where there is none. */
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
