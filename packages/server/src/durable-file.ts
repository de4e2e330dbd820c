import { link, mkdir, open, rename, rm } from "node:fs/promises"
import { dirname } from "node:path"
import process from "node:process"

/**
 * Writes a file that only its owner can read, and its folder where that is missing: whole or not at all, and on the
 * disk when it returns. What was there is replaced.
 */
export function replacePrivateFile(path: string, text: string): Promise<void> {
  return place(path, text, (made) => rename(made, path))
}

/** The same for a file that must not be there yet: of two processes at once, one makes it. @throws EEXIST */
export function createPrivateFile(path: string, text: string): Promise<void> {
  // Unlike a renaming, a link never takes the place of another file.
  return place(path, text, async (made) => {
    await link(made, path)
    await rm(made)
  })
}

async function place(path: string, text: string, intoPlace: (made: string) => Promise<void>): Promise<void> {
  const folder = dirname(path)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const made = `${path}.${process.pid}.new`
  // Left by a process of the same number that was killed here.
  await rm(made, { force: true })
  try {
    await writeSynced(made, text)
    await intoPlace(made)
  } catch (error) {
    await rm(made, { force: true })
    throw error
  }
  await syncFolder(folder)
}

async function writeSynced(path: string, text: string): Promise<void> {
  const file = await open(path, "wx", 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** A new name is on the disk when its folder is. Windows has no such call and needs none. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === "win32") return
  const folder = await open(path)
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
