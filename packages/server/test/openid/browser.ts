import type { FastifyInstance } from "fastify"

/** A page as a browser sees it, redirects not followed. */
export interface Page {
  readonly status: number
  /** null: it leads nowhere. */
  readonly location: string | null
  readonly text: string
  readonly setCookies: readonly string[]
}

/** A browser that talks to Keyward, without a socket, and to the provider over HTTP, and keeps the cookies of each. */
export interface Browser {
  /** What is kept for Keyward, by name; a test may look at it and change it. */
  readonly cookies: Map<string, string>
  /** Goes to a path of Keyward. */
  go(path: string, headers?: Readonly<Record<string, string>>): Promise<Page>
  /**
   * Signs in at the provider's own pages.
   * @param location where Keyward sent the browser
   * @param login who signs in; null: they give up
   * @returns path and query of Keyward that the provider sends the browser back to
   */
  signInAtProvider(location: string, login: string | null): Promise<string>
}

export function openBrowser(app: FastifyInstance): Browser {
  const cookies = new Map<string, string>()
  const providerCookies = new Map<string, string>()
  return {
    cookies,
    async go(path, headers = {}) {
      const answer = await app.inject({
        url: path,
        headers: { ...(cookies.size > 0 ? { cookie: printed(cookies) } : {}), ...headers },
      })
      const setCookies = [answer.headers["set-cookie"] ?? []].flat()
      keep(cookies, setCookies)
      const { location } = answer.headers
      return {
        status: answer.statusCode,
        location: typeof location === "string" ? location : null,
        text: answer.body,
        setCookies,
      }
    },
    async signInAtProvider(location, login) {
      const { origin } = new URL(location)
      let asked: { url: string; form: Record<string, string> | null } = { url: location, form: null }
      for (let step = 0; step < 20; step++) {
        const response = await fetch(asked.url, {
          redirect: "manual",
          headers: { cookie: printed(providerCookies) },
          ...(asked.form ? { method: "POST", body: new URLSearchParams(asked.form) } : {}),
        })
        keep(providerCookies, response.headers.getSetCookie())
        const next = response.headers.get("location")
        const page = await response.text()
        if (next !== null) {
          const url = new URL(next, asked.url)
          if (url.origin !== origin) return url.pathname + url.search
          asked = { url: url.href, form: null }
          continue
        }
        const action = /<form[^>]* action="([^"]+)"/.exec(page)?.[1]
        const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1]
        if (!action || !prompt) throw new Error(`The provider answered ${response.status}: ${page}`)
        asked =
          login === null
            ? { url: `${new URL(action, asked.url).href}/abort`, form: null }
            : { url: new URL(action, asked.url).href, form: { prompt, login, password: "any" } }
      }
      throw new Error("The provider's pages come to no end.")
    },
  }
}

function printed(cookies: ReadonlyMap<string, string>): string {
  return [...cookies].map(([name, value]) => `${name}=${value}`).join("; ")
}

function keep(cookies: Map<string, string>, setCookies: readonly string[]): void {
  for (const cookie of setCookies) {
    const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
    if (value === "" || /max-age=0(;|$)/i.test(cookie)) cookies.delete(name)
    else cookies.set(name, value)
  }
}
