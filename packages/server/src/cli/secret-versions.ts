import process from "node:process"
import {
  type Instant,
  later,
  newRandomId,
  printTimestamp,
  type StoredUnder,
  systemEntropy,
} from "@keyward/core"
import { type Config, readConfig } from "../config.ts"
import { readSecretVersions, type SecretVersions } from "../installation-secrets.ts"
import type { Keyward } from "../keyward.ts"
import { createLogger } from "../logger.ts"
import type { OwnSecretKind } from "../own-secret-kinds.ts"
import {
  activateVersion,
  addVersion,
  countedMost,
  forgetUnusable,
  type Kept,
  keptFor,
  listOwnSecrets,
  nextVersion,
  type OwnSecretVersion,
  resealAll,
  retireVersion,
} from "../own-secrets.ts"
import { CommandFailure } from "./failure.ts"
import { openInstallation } from "./installation.ts"
import { type OutputOptions, printJson, printLine, printNote, printTable } from "./output.ts"
import type { DelayOptions, RetireOptions, RotateOptions } from "./secrets.ts"

export async function list({ json }: OutputOptions): Promise<void> {
  await withSecrets(async ({ keyward, versions }) => {
    const listed = await listOwnSecrets(keyward, versions)
    if (json) {
      const items = listed.map(({ currentFrom, stored, ...rest }) => ({
        ...rest,
        current_from: currentFrom === null ? null : printTimestamp(currentFrom),
        stored,
      }))
      return printJson({ items, next_cursor: null })
    }
    await printTable(
      ["kind", "version", "current", "current from", "stored under it"],
      listed.map(({ kind, version, current, present, currentFrom, stored }) => [
        kind,
        version,
        present ? (current ? "yes" : "no") : "missing",
        currentFrom === null ? null : printTimestamp(currentFrom),
        inWords(stored),
      ]),
    )
  })
}

export async function rotate(kind: OwnSecretKind, { after, stage, json }: RotateOptions): Promise<void> {
  await withSecrets(async ({ keyward, versions, config, reread }) => {
    const next = await nextVersion(keyward, kind, versions)
    const variable = environmentOf(config, kind)
    if (variable) {
      const entry = next.value && `${next.version}:${Buffer.from(next.value).toString("base64")}`
      if (json) return printJson({ kind, version: next.version, variable, add: entry, current_from: null })
      if (entry) {
        await printLine(
          `Add this to ${variable}, after a comma, for every server. It is shown this once:\n\n${entry}\n`,
        )
      }
      return printLine(
        `When every server was restarted with version ${next.version}: keyward secrets activate ${kind}`,
      )
    }
    await addVersion(keyward, kind, config.secretsFile, next)
    const from = stage
      ? null
      : await activateVersion(keyward, kind, await reread(), next.version, after * 1000)
    if (json) return printJson({ kind, version: next.version, current_from: from && printTimestamp(from) })
    await printLine(`Version ${next.version} is in ${config.secretsFile}. Keep a copy of that file.`)
    await printLine(
      from === null
        ? `When every server has it: keyward secrets activate ${kind}`
        : whenCurrent(kind, next.version, from),
    )
  })
}

export async function activate(kind: OwnSecretKind, { after, json }: DelayOptions): Promise<void> {
  await withSecrets(async ({ keyward, versions }) => {
    const version = Math.max(...(kind === "pepper" ? versions.peppers : versions.encryptionKeys).keys())
    const from = await activateVersion(keyward, kind, versions, version, after * 1000)
    if (json) return printJson({ kind, version, current_from: printTimestamp(from) })
    await printLine(whenCurrent(kind, version, from))
  })
}

export async function reseal({ json }: OutputOptions): Promise<void> {
  await withSecrets(async ({ keyward }) => {
    const { currentVersion: version } = keyward.deps.sealer
    const { resealed, unopened } = await resealAll(keyward, (progress) =>
      printNote(`sealed anew: ${progress.resealed}`),
    )
    if (unopened.length > 0) {
      throw new CommandFailure(
        "found",
        `${resealed} secrets were sealed anew. Of these keys a sealed secret does not open: ${unopened.join(", ")}.`,
        "Give the key-encryption key that they are sealed under, or rotate these keys.",
      )
    }
    if (json) return printJson({ version, resealed })
    await printLine(`${resealed} secrets were sealed anew; all are under key-encryption key ${version}.`)
  })
}

export async function retire(
  kind: OwnSecretKind,
  version: number,
  { forgetUnusable: forgets, json }: RetireOptions,
): Promise<void> {
  if (forgets && kind !== "pepper") {
    throw new CommandFailure(
      "usage",
      "Only a pepper has digests under it.",
      'Leave --forget-unusable out; what is sealed under a key-encryption key is sealed anew by "keyward secrets reseal".',
    )
  }
  await withSecrets(async ({ keyward, versions, config }) => {
    const kept = await keptFor(keyward, kind, version, versions)
    let forgotten = 0
    if (forgets && kept?.why === "unusable") {
      const tell = (so: number) => printNote(`forgotten: ${so}`)
      forgotten = await forgetUnusable(keyward, version, kept.count, tell)
      refuseKept(kind, version, await keptFor(keyward, kind, version, versions))
    } else {
      refuseKept(kind, version, kept)
    }
    const variable = environmentOf(config, kind)
    if (!variable) refuseKept(kind, version, await retireVersion(keyward, kind, version, config.secretsFile))
    if (json) return printJson({ kind, version, retired: !variable, variable, forgotten })
    if (forgotten > 0) await printLine(`${forgotten} digests that nobody can use any more were forgotten.`)
    await printLine(
      variable
        ? `Nothing is stored under version ${version}: take it out of ${variable}, for every server.`
        : `Version ${version} is out of ${config.secretsFile}.`,
    )
  })
}

interface Opened {
  readonly keyward: Keyward
  readonly versions: SecretVersions
  readonly config: Config
  /** The versions as they are now. */
  reread(): Promise<SecretVersions>
}

/** How long a command that was killed keeps others from the secrets; milliseconds. */
const heldMs = 30_000

/** Opens the installation, and keeps other such commands from it meanwhile. */
async function withSecrets(run: (opened: Opened) => Promise<void>): Promise<void> {
  const config = readConfig()
  const logger = createLogger(config.logLevel, process.stderr)
  const keyward = await openInstallation(config, { logger, createSecrets: false })
  const { store, clock, entropy } = keyward.deps
  const holder = newRandomId(entropy)
  const hold = (until: Instant) => store.lease("installation secrets", holder, clock.now(), until)
  const reread = () => readSecretVersions(config, systemEntropy, false)
  try {
    if (!(await hold(later(clock.now(), heldMs)))) {
      throw new CommandFailure(
        "refused",
        "Another command works on the installation's secrets, or was killed while it did.",
        `Wait for it; after ${heldMs / 1000} seconds without a word of it this one may go on.`,
      )
    }
    const prolonging = setInterval(
      () =>
        hold(later(clock.now(), heldMs)).catch((error) => logger.warn({ err: error }, "lease not prolonged")),
      heldMs / 3,
    )
    try {
      await run({ keyward, versions: await reread(), config, reread })
    } finally {
      clearInterval(prolonging)
      await hold(clock.now())
    }
  } finally {
    await keyward.close()
  }
}

function refuseKept(kind: OwnSecretKind, version: number, kept: Kept | null): void {
  if (kept) throw new CommandFailure("refused", ...told(kind, version, kept))
}

/** Why a version has to stay, and what to do. */
function told(kind: OwnSecretKind, version: number, kept: Kept): [detail: string, fix: string] {
  switch (kept.why) {
    case "unknown":
      return [`There is no version ${version} here.`, '"keyward secrets list" shows those that there are.']
    case "current":
      return [
        `Version ${version} is current, or on its way to be.`,
        `"keyward secrets rotate ${kind}" adds another one.`,
      ]
    case "recent":
      return [
        `Servers may still use version ${version}.`,
        kept.until === null
          ? `"keyward secrets activate ${kind}" makes the newer one current.`
          : `Try again after ${printTimestamp(kept.until)}.`,
      ]
    case "in_use":
      return [
        `Version ${version} has to stay. Stored under it: ${inWords(kept.stored)}.`,
        kind === "pepper"
          ? "Keep it until the secrets that may be used have been used, issued anew, or their keys revoked; sessions and links expire."
          : '"keyward secrets reseal" seals secrets anew; answers kept for repetition are gone after a day.',
      ]
    case "unusable":
      return [
        `Version ${version} is needed for nothing but the digests of ${counted(kept.count)} secrets that nobody can use any more: their keys are revoked or purged, or they ended.`,
        `"keyward secrets retire ${kind} ${version} --forget-unusable" forgets these digests. Presented, such a secret is then unknown, not revoked or expired, and no longer kept from being issued again.`,
      ]
  }
}

const names: Readonly<Record<StoredUnder, string>> = {
  secrets: "secrets that may be used",
  unusable_secrets: "secrets that nobody can use any more",
  sessions: "sessions",
  links: "links",
  sealed_secrets: "sealed secrets",
  replays: "answers kept for repetition",
}

function inWords(stored: OwnSecretVersion["stored"]): string {
  return Object.entries(stored)
    .map(([what, count]) => `${counted(count)} ${names[what as StoredUnder]}`)
    .join(", ")
}

function counted(count: number): string {
  return count === countedMost ? `${count} or more` : `${count}`
}

function whenCurrent(kind: OwnSecretKind, version: number, from: Instant): string {
  const next = kind === "encryption" ? ' Then "keyward secrets reseal" brings what is sealed under it.' : ""
  return `Version ${version} is current from ${printTimestamp(from)}.${next}`
}

/** The variable that holds secrets of the kind; null: the secrets file does. */
function environmentOf({ peppers, encryptionKeys }: Config, kind: OwnSecretKind): string | null {
  if (kind === "pepper") return peppers && "KEYWARD_PEPPERS"
  return encryptionKeys && "KEYWARD_ENCRYPTION_KEYS"
}
