import type { AuthorityDeps } from "@keyward/core"
import type { Logger } from "pino"
import { bearerIdentification, type IdentifyBearer } from "./bearer.ts"
import { Provider } from "./provider.ts"
import type { OpenIdSettings, SignInSettings } from "./settings.ts"
import { type BrowserSignIn, browserSignIn } from "./sign-in.ts"

/** What a configured provider is used for. */
export interface OpenId {
  /** null: bearer tokens are not taken. */
  readonly identifyBearer: IdentifyBearer | null
  /** null: nobody signs in there in the browser. */
  readonly signIn: (SignInSettings & BrowserSignIn) | null
}

/** Asks the provider nothing yet: it may be down when this server starts. */
export function assembleOpenId(settings: OpenIdSettings, deps: AuthorityDeps, logger: Logger): OpenId {
  const { clock, entropy } = deps
  const provider = new Provider(settings, clock, logger)
  const { signIn } = settings
  const sealer = deps.sealer.forPurpose("openid sign-in")
  return {
    identifyBearer: bearerIdentification(deps, settings, provider),
    signIn: signIn && {
      ...signIn,
      ...browserSignIn({ settings, signIn, provider, clock, entropy, sealer }),
    },
  }
}
