/**
 * How much of everything the native API takes. The schemas state these limits, so that validation, the SDK's types and
 * the reference agree; `metadata` says which two a JSON Schema cannot state, and the server checks those by hand.
 */
export const bounds = {
  /** Most bytes of a body, unless the route says otherwise. */
  bodyBytes: 64 * 1024,
  /** Most bytes of a body that carries many things at once: a batch of verifications, a keyspace with its catalog. */
  largeBodyBytes: 1024 * 1024,
  /** Longest key text, in characters, as a holder presents it. */
  keyTextLength: 512,
  /** Longest id in a path or a query, in characters. What is no id of ours is unknown, not malformed. */
  idLength: 64,
  /** Longest Idempotency-Key, in characters. */
  idempotencyKeyLength: 255,
  nameLength: 255,
  descriptionLength: 1000,
  /** Longest note or reason, in characters. */
  noteLength: 1000,
  /** Longest permission or grant, in characters. */
  permissionLength: 256,
  /** Longest permission query, in characters. */
  permissionQueryLength: 1000,
  ownerIdLength: 255,
  /** Longest e-mail address, in characters (RFC 5321 §4.5.3.1.3). */
  emailLength: 254,
  /** How long a new password may be, in characters. */
  password: { minimum: 8, maximum: 200 },
  tagLength: 64,
  /** Longest duration, in characters. */
  durationLength: 40,
  /** `seconds`: how long two secrets of a key can live side by side. */
  overlap: { seconds: 366 * 24 * 60 * 60 },
  /** How often a key can be scheduled to be rotated. */
  rotation: { minimumSeconds: 24 * 60 * 60, maximumSeconds: 10 * 366 * 24 * 60 * 60 },
  /** Longest hint of a secret that was made elsewhere, in characters: as much as any format shows. */
  hint: { start: 37, end: 4 },
  /** Longest address or CIDR range, in characters. */
  addressLength: 64,
  originLength: 300,
  timestampLength: 40,
  cursorLength: 2048,
  /** Longest path to which a sign-in in the browser leads, in characters. */
  returnPathLength: 1000,
  /** Most of each that one key can have. */
  key: { permissions: 500, roles: 50, tags: 50, limits: 10, addresses: 100, origins: 100 },
  /** Most of each that one keyspace can have. */
  keyspace: {
    permissions: 1000,
    roles: 200,
    limits: 10,
    keys: 1_000_000_000,
    lifetimeSeconds: 100 * 366 * 24 * 60 * 60,
    /** Well above the seconds by which a last use may be late. */
    idleMinimumSeconds: 60 * 60,
    requiredTags: 20,
    exclusiveSets: 50,
    exclusivePermissions: 50,
  },
  /** `running`: most tasks of an organization at a time. `keptDays`: how long one that has ended can be read. */
  task: { running: 10, keptDays: 30 },
  /** How long a deleted key can be restored. */
  restorableDays: 30,
  /** Most roles that one user or service account can have. */
  memberRoles: 50,
  /** `days`: how long the keys of a removed owner can live on. `shown`: how many of them a preview names. */
  removal: { days: 3650, shown: 200 },
  /** `bytes`: as JSON without white space, in UTF-8. `depth`: objects and lists within one another, the outermost included. */
  metadata: { bytes: 4096, depth: 5 },
  /** `overrides`: most owners for whom a keyspace's limit has other numbers. */
  limit: { nameLength: 64, count: 1_000_000_000, windowSeconds: 31 * 24 * 60 * 60, overrides: 100 },
  /** Most credits that a key has, or is given, at a time. `zoneLength`: longest name of a time zone, in characters. */
  credits: { units: 1_000_000_000_000, zoneLength: 64 },
  verification: { cost: 1_000_000, batch: 1000 },
  page: { default: 50, maximum: 200 },
  /** How long a span of usage can be asked for, and how long it is when none is named. */
  usage: { defaultHours: 24, maximumHours: 31 * 24 },
} as const
