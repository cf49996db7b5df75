import type { PingOneMfaAttributes, PingOneMfaElement } from "pingone-mfa";
import type { DetailedHTMLProps, HTMLAttributes } from "react";

declare module "react" {
  namespace JSX {
    interface IntrinsicElements {
      "pingone-mfa": DetailedHTMLProps<HTMLAttributes<PingOneMfaElement>, PingOneMfaElement> &
        PingOneMfaAttributes &
        Partial<Pick<PingOneMfaElement, "config" | "tokenProvider">>;
    }
  }
}
