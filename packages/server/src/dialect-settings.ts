import { isOriginPattern } from "@keyward/core"
import { oneOf, text, whole } from "./setting.ts"

/** The vendors whose APIs are spoken, and what each needs of the place that it is served at. */
export const vendors = {
  arthur: { title: "Arthur GenAI Engine", defaultPort: 4748, needsRoot: false },
  automox: { title: "Automox", defaultPort: 4749, needsRoot: false },
  /** Its clients take the host of whatever URL they are given and begin every path with /api. */
  octopus: { title: "Octopus Deploy", defaultPort: 4750, needsRoot: true },
  docspace: { title: "ONLYOFFICE DocSpace", defaultPort: 4751, needsRoot: false },
} as const satisfies Readonly<Record<string, Vendor>>

export interface Vendor {
  readonly title: string
  /** The port that `keyward dev` serves it on. */
  readonly defaultPort: number
  /** Whether its clients only work from the root of a host, without a path before. */
  readonly needsRoot: boolean
}

export type DialectName = keyof typeof vendors
export const dialectNames = Object.keys(vendors) as readonly DialectName[]

/** Where a vendor's reference and its running server contradict each other: as the one says, or as the other does. */
export type Conformance = "documented" | "observed"

/** Where a dialect is served. */
export type Mount =
  /** At the root of a port of its own; 0: any free one. */
  | { readonly kind: "port"; readonly port: number }
  /** On the main port, for requests to this host; lower case, without a port. */
  | { readonly kind: "host"; readonly host: string }
  /** On the main port, below this path: begins with a slash and ends without one. */
  | { readonly kind: "path"; readonly path: string }

/** What the operator decides about a dialect. A member that the vendor has no such thing for is null or empty. */
export interface DialectSettings {
  readonly conformance: Conformance
  /** Origins whose pages may call beside the vendor's own, as `isOriginPattern` takes them. */
  readonly allowedOrigins: readonly string[]
  /** Arthur: most active keys. Automox: most keys of one user. */
  readonly maxKeys: number | null
  /** Octopus: how far away an expiry may be; null: as far as anybody likes. */
  readonly maxLifetimeDays: number | null
  /** DocSpace: creations that one user may ask for in 15 minutes; null: any number. */
  readonly creationsPerQuarterHour: number | null
  /** DocSpace: whether anybody on this machine may become an owner of the organization, as the vendor's tests do. */
  readonly portalRegistration: boolean
}

export interface DialectPlace {
  /** null: not served. */
  readonly mount: Mount | null
  /** The organization that it serves; null: the oldest one. */
  readonly organizationId: string | null
  readonly settings: DialectSettings
}

/** Every name of the configuration that is about dialects. */
export const dialectSettings = {
  ...settingsOf("ARTHUR", "arthur"),
  KEYWARD_ARTHUR_MAX_KEYS: whole("Most active keys that the Arthur dialect issues.", "1000", 1_000_000, 1),
  KEYWARD_ARTHUR_ALLOWED_ORIGINS: text(
    "Origins whose pages may call the Arthur dialect, beside the vendor's own: https://app.example.com, comma-separated.",
    { default: "" },
  ),
  ...settingsOf("AUTOMOX", "automox"),
  KEYWARD_AUTOMOX_MAX_KEYS: whole("Most keys that a user of the Automox dialect may have.", "10", 1000, 1),
  ...settingsOf("OCTOPUS", "octopus"),
  KEYWARD_OCTOPUS_MAX_LIFETIME_DAYS: whole(
    "How many days away the expiry of a key of the Octopus dialect may be; empty: any number.",
    "",
    36_500,
    1,
  ),
  ...settingsOf("DOCSPACE", "docspace"),
  KEYWARD_DOCSPACE_CREATIONS_PER_QUARTER_HOUR: whole(
    "How many keys a user of the DocSpace dialect may ask for in 15 minutes; the vendor's figure is 5. Empty: any number.",
    "",
    1_000_000,
    1,
  ),
  KEYWARD_DOCSPACE_PORTAL_REGISTRATION: oneOf(
    "Whether anybody on this machine may become an owner of the organization that the DocSpace dialect serves, without a credential: for the vendor's test suite and a throw-away installation, never for any other.",
    "off",
    ["off", "on"],
  ),
}

export type DialectValues = Readonly<Record<keyof typeof dialectSettings, string>>

/**
 * What the values come to.
 * @param developmentPort the port of a dialect that nothing is said about; null: such a one is not served
 * @returns faults that name the variable and what it takes
 */
export function resolveDialects(
  values: DialectValues,
  developmentPort: ((vendor: Vendor) => number) | null,
): { readonly dialects: Readonly<Record<DialectName, DialectPlace>>; readonly faults: readonly string[] } {
  const faults: string[] = []
  const dialects = {
    arthur: place("arthur", "ARTHUR", {
      maxKeys: Number(values.KEYWARD_ARTHUR_MAX_KEYS),
      allowedOrigins: origins("KEYWARD_ARTHUR_ALLOWED_ORIGINS"),
    }),
    automox: place("automox", "AUTOMOX", { maxKeys: Number(values.KEYWARD_AUTOMOX_MAX_KEYS) }),
    octopus: place("octopus", "OCTOPUS", {
      maxLifetimeDays: numberOrNull(values.KEYWARD_OCTOPUS_MAX_LIFETIME_DAYS),
    }),
    docspace: place("docspace", "DOCSPACE", {
      creationsPerQuarterHour: numberOrNull(values.KEYWARD_DOCSPACE_CREATIONS_PER_QUARTER_HOUR),
      portalRegistration: values.KEYWARD_DOCSPACE_PORTAL_REGISTRATION === "on",
    }),
  }
  faults.push(...collisions(dialects))
  return { dialects, faults }

  function place(
    name: DialectName,
    upper: Uppercase<DialectName>,
    own: Partial<DialectSettings>,
  ): DialectPlace {
    const value = values[`KEYWARD_${upper}_MOUNT`]
    const mount = parseMount(value, vendors[name], developmentPort)
    if (typeof mount === "string") faults.push(`KEYWARD_${upper}_MOUNT "${value}": ${mount}`)
    return Object.freeze({
      mount: typeof mount === "string" ? null : mount,
      organizationId: values[`KEYWARD_${upper}_ORGANIZATION_ID`] || null,
      settings: Object.freeze({
        conformance: values[`KEYWARD_${upper}_CONFORMANCE`] as Conformance,
        allowedOrigins: [],
        maxKeys: null,
        maxLifetimeDays: null,
        creationsPerQuarterHour: null,
        portalRegistration: false,
        ...own,
      }),
    })
  }

  function origins(name: "KEYWARD_ARTHUR_ALLOWED_ORIGINS"): readonly string[] {
    const list = values[name] === "" ? [] : values[name].split(",").map((origin) => origin.trim())
    for (const origin of list) {
      if (!isOriginPattern(origin))
        faults.push(`${name}: "${origin}" is not an origin such as https://app.example.com.`)
    }
    return list
  }
}

function settingsOf<Upper extends Uppercase<DialectName>>(
  upper: Upper,
  name: Lowercase<Upper> & DialectName,
) {
  const { title, defaultPort, needsRoot } = vendors[name]
  const path = needsRoot ? "" : ", path:/path"
  const settings = {
    [`KEYWARD_${upper}_MOUNT`]: text(
      `Where the ${title} dialect is served: port:${defaultPort} (a port of its own; 0 takes any free one), host:keys.example.com${path} (on the main port), or off. Default: off; keyward dev: port:${defaultPort}, or port:0 when KEYWARD_PORT is 0.`,
      { default: "" },
    ),
    [`KEYWARD_${upper}_CONFORMANCE`]: oneOf(
      `Whether the ${title} dialect answers as its reference says or as the vendor's server does.`,
      "documented",
      ["documented", "observed"],
    ),
    [`KEYWARD_${upper}_ORGANIZATION_ID`]: text(
      `Organization that the ${title} dialect serves. Default: the oldest one.`,
      { default: "", pattern: "^(|[0-9a-f-]{36})$" },
    ),
  }
  return settings as {
    [Name in `KEYWARD_${Upper}_${"MOUNT" | "CONFORMANCE" | "ORGANIZATION_ID"}`]: ReturnType<typeof text>
  }
}

const hostGrammar = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/
/** What Keyward's own paths begin with: no dialect takes their place. */
export const ownPaths: readonly string[] = [
  "v1",
  "openapi",
  "openapi.json",
  "reference",
  "healthz",
  "readyz",
  "problems",
  "console",
]
const pathGrammar = /^(?:\/[A-Za-z0-9_.~-]+)+$/

/** @returns a mount, null for none, or what is wrong with the text */
function parseMount(
  value: string,
  vendor: Vendor,
  developmentPort: ((vendor: Vendor) => number) | null,
): Mount | null | string {
  if (value === "") return developmentPort ? { kind: "port", port: developmentPort(vendor) } : null
  if (value === "off") return null
  const [, kind, where = ""] = /^(port|host|path):(.*)$/.exec(value) ?? []
  switch (kind) {
    case "port":
      if (/^\d{1,5}$/.test(where) && Number(where) <= 65_535) return { kind, port: Number(where) }
      return "A port is a number from 0 to 65535."
    case "host":
      if (hostGrammar.test(where.toLowerCase())) return { kind, host: where.toLowerCase() }
      return "A host is a name such as keys.example.com, without a port."
    case "path":
      if (vendor.needsRoot)
        return `The clients of ${vendor.title} only work from the root of a host; use port:${vendor.defaultPort} or host:keys.example.com.`
      if (ownPaths.includes(String(where.split("/")[1])))
        return "Keyward's own API is there; choose another path."
      if (pathGrammar.test(where) && !/\/\.\.?(?:\/|$)/.test(where)) return { kind, path: where }
      return "A path is such as /vendors/automox, without a slash at the end."
    default:
      return `It takes port:<port>, host:<name>${vendor.needsRoot ? "" : ", path:/<path>"} or off.`
  }
}

/** Two dialects at one place: only one of them would ever be asked. */
function collisions(dialects: Readonly<Record<DialectName, DialectPlace>>): string[] {
  const taken = dialectNames.flatMap((name) => {
    const { mount } = dialects[name]
    return mount && !(mount.kind === "port" && mount.port === 0) ? [{ name, mount }] : []
  })
  return taken.flatMap(({ name, mount }, at) =>
    taken
      .slice(at + 1)
      .filter((other) => overlap(mount, other.mount))
      .map(
        (other) =>
          `KEYWARD_${name.toUpperCase()}_MOUNT and KEYWARD_${other.name.toUpperCase()}_MOUNT name the same place; give each one of its own.`,
      ),
  )
}

function overlap(a: Mount, b: Mount): boolean {
  if (a.kind === "port" && b.kind === "port") return a.port === b.port
  if (a.kind === "host" && b.kind === "host") return a.host === b.host
  if (a.kind === "path" && b.kind === "path") {
    return `${a.path}/`.startsWith(`${b.path}/`) || `${b.path}/`.startsWith(`${a.path}/`)
  }
  return false
}

function numberOrNull(value: string): number | null {
  return value === "" ? null : Number(value)
}
