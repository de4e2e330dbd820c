import { existsSync } from "node:fs"
import { readFile, stat } from "node:fs/promises"
import { join } from "node:path"
import { expect, test } from "vitest"
import { times } from "../effort.ts"
import { registerSecret } from "../evidence.ts"
import { engines, type Installation, install, type RunningServer } from "../server.ts"

// Pepper and key-encryption key are rotated by the operator's own commands, while servers serve.

interface Issued {
  readonly id: string
  readonly secret: string
}

/** Issues, verifies and reveals without a pause, and remembers every answer that was not as it should be. */
class Load {
  readonly issued: Issued[] = []
  readonly faults: string[] = []
  verifications = 0
  readonly #servers: readonly RunningServer[]
  readonly #keyspaceId: string
  #stopped = false
  #running: Promise<void> = Promise.resolve()

  constructor(servers: readonly RunningServer[], keyspaceId: string) {
    this.#servers = servers
    this.#keyspaceId = keyspaceId
  }

  begin(): void {
    this.#running = this.#run()
  }

  async end(): Promise<void> {
    this.#stopped = true
    await this.#running
  }

  /** A key issued by one server is verified and revealed at each, at once. */
  async issue(): Promise<void> {
    const issuer = this.#servers[this.issued.length % this.#servers.length]
    const made = await issuer?.client().keys.create({ keyspace_id: this.#keyspaceId, name: "Under load" })
    if (typeof made?.secret !== "string") return void this.faults.push("not issued")
    registerSecret("key text", made.secret)
    const key = { id: made.id, secret: made.secret }
    this.issued.push(key)
    await this.check(key)
  }

  async check({ id, secret }: Issued): Promise<void> {
    for (const server of this.#servers) {
      const { code } = await server.client().keys.verify({ key: secret })
      if (code !== "VALID") this.faults.push(`${id}: ${code}`)
      const revealed = await server.client().keys.reveal(id, "to see that it is kept")
      if (revealed.secret !== secret) this.faults.push(`${id}: revealed otherwise`)
      this.verifications++
    }
  }

  async #run(): Promise<void> {
    for (let round = 0; !this.#stopped; round++) {
      try {
        await this.issue()
        const older = this.issued[round % this.issued.length]
        if (older) await this.check(older)
      } catch (error) {
        this.faults.push(String(error))
      }
    }
  }
}

const listed = async (installation: Installation) => {
  const { output, code } = await installation.run("secrets", "list", "--json")
  expect(code).toBe(0)
  const items: readonly {
    kind: string
    version: number
    current: boolean
    stored: Record<string, number>
  }[] = JSON.parse(output).items
  return (kind: string, version: number) =>
    items.find((one) => one.kind === kind && one.version === version) ?? expect.fail(`no ${kind} ${version}`)
}

const rounds = Array.from({ length: times({ quick: 1, proof: 1 }) }, (_, at) => at + 1)

test.each(engines.flatMap((engine) => rounds.map((round) => ({ engine, round }))))(
  "on $engine, every key verifies at every moment of a rotation of our own secrets (round $round)",
  async ({ engine }) => {
    const installation = await install(engine, { KEYWARD_LOG_LEVEL: "info" })
    const servers = [await installation.start()]
    if (engine === "postgres") servers.push(await installation.start("serve"))
    const client = servers[0]?.client() ?? expect.fail("no server")
    const { id } = await client.keyspaces.create({ name: "Kept", prefix: "kept", retention: "recoverable" })
    const load = new Load(servers, id)
    for (let before = 0; before < 10; before++) await load.issue()
    load.begin()

    // Refused while it is current, and nothing is changed by that.
    expect((await installation.run("secrets", "retire", "pepper", "1")).code).toBe(3)
    for (const kind of ["pepper", "encryption"]) {
      const { code, output } = await installation.run("secrets", "rotate", kind, "--after", "10", "--json")
      expect(code).toBe(0)
      expect(JSON.parse(output)).toMatchObject({ kind, version: 2 })
    }
    const during = load.issued.length
    await expect
      .poll(async () => (await listed(installation))("encryption", 2).current, {
        timeout: 25_000,
        interval: 1000,
      })
      .toBe(true)
    await expect
      .poll(async () => (await listed(installation))("pepper", 2).stored["secrets"], {
        timeout: 15_000,
        interval: 500,
      })
      .toBeGreaterThan(0)
    await expect
      .poll(async () => (await listed(installation))("encryption", 2).stored["sealed_secrets"], {
        timeout: 15_000,
      })
      .toBeGreaterThan(0)
    const resealed = await installation.run("secrets", "reseal", "--json")
    expect(resealed.code).toBe(0)
    expect(JSON.parse(resealed.output).version).toBe(2)

    await load.end()
    expect(load.faults).toEqual([])
    expect(load.issued.length).toBeGreaterThan(during)
    for (const key of load.issued) await load.check(key)
    expect(load.faults).toEqual([])
    const versions = await listed(installation)
    expect(versions("encryption", 1).stored["sealed_secrets"]).toBe(0)
    expect(versions("encryption", 2).stored["sealed_secrets"]).toBeGreaterThanOrEqual(load.issued.length)
    // The demonstration's keys were not used since, and the old pepper has to stay with them.
    expect(versions("pepper", 1).stored["secrets"]).toBeGreaterThan(0)
    expect((await installation.run("secrets", "retire", "pepper", "1")).code).toBe(3)

    const file = join(installation.dataDir, "secrets.json")
    expect(existsSync(file)).toBe(true)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect(Object.keys(JSON.parse(await readFile(file, "utf8")).peppers)).toEqual(["1", "2"])
    const events = await client.audit.list({ action: "installation.secret_activated" })
    expect(events.items.map(({ actor, details }) => [actor.kind, details["kind"]])).toEqual([
      ["system", "encryption"],
      ["system", "pepper"],
    ])
  },
  240_000,
)
