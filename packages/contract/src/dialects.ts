import { arthurDescription, arthurRoutes } from "./arthur.ts"
import { automoxDescription, automoxRoutes } from "./automox.ts"
import { docspaceDescription, docspaceRoutes } from "./docspace.ts"
import { octopusDescription, octopusRoutes } from "./octopus.ts"
import type { OpenApiInput } from "./openapi.ts"

const bearer = { type: "http", scheme: "bearer" }
const basic = { type: "http", scheme: "basic" }

function inHeader(name: string) {
  return { type: "apiKey", in: "header", name }
}

function inCookie(name: string) {
  return { type: "apiKey", in: "cookie", name }
}

/** What the OpenAPI document of each dialect is made from, by the dialect's name. */
export const dialectDocuments = {
  arthur: {
    title: "Arthur GenAI Engine, as Keyward speaks it",
    description: arthurDescription,
    routes: arthurRoutes,
    securitySchemes: { bearer, cookie: inCookie("ACCESS_TOKEN") },
  },
  automox: {
    title: "Automox, as Keyward speaks it",
    description: automoxDescription,
    routes: automoxRoutes,
    securitySchemes: { bearer },
  },
  octopus: {
    title: "Octopus Deploy, as Keyward speaks it",
    description: octopusDescription,
    routes: octopusRoutes,
    securitySchemes: {
      api_key: inHeader("X-Octopus-ApiKey"),
      query: { type: "apiKey", in: "query", name: "ApiKey" },
      nuget: inHeader("X-NuGet-ApiKey"),
    },
  },
  docspace: {
    title: "ONLYOFFICE DocSpace, as Keyward speaks it",
    description: docspaceDescription,
    routes: docspaceRoutes,
    securitySchemes: {
      bearer,
      basic,
      api_key: inHeader("ApiKeyBearer"),
      cookie: inCookie("asc_auth_key"),
    },
  },
} as const satisfies Readonly<Record<string, Omit<OpenApiInput, "version">>>
