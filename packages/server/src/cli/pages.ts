import type { Command } from "commander"
import { given } from "../given.ts"
import { asIs, wholeNumber } from "./option-text.ts"
import { type Cell, printJson, printLine, printTable } from "./output.ts"
import { addRemoteOptions, type RemoteOptions } from "./remote.ts"

/** What every command takes that prints a list. */
export interface PageOptions extends RemoteOptions {
  readonly limit?: number
  readonly cursor?: string
  readonly all?: true
}

export function addPageOptions(command: Command): Command {
  command
    .option("--limit <count>", "most items of a page, up to 200", wholeNumber)
    .option("--cursor <cursor>", "continue where the page before ended, with the same filter", asIs)
    .option("--all", "page after page, to the end of the list")
  return addRemoteOptions(command)
}

interface PageOf<Item> {
  readonly items: readonly Item[]
  readonly next_cursor: string | null
}

/** Prints one page or all of them, each as soon as it is there: a list may be longer than the memory. */
export async function printPages<Item>(
  { limit, cursor, all, json }: PageOptions,
  fetch: (query: { readonly limit?: number; readonly cursor?: string }) => Promise<PageOf<Item>>,
  headings: readonly string[],
  row: (item: Item) => readonly Cell[],
): Promise<void> {
  for (let at: string | null | undefined = cursor; at !== null; ) {
    const page: PageOf<Item> = await fetch(given({ limit, cursor: at }))
    if (json) await printJson(page)
    else if (page.items.length > 0) await printTable(headings, page.items.map(row))
    if (!all) {
      if (!json) await printEnd(page)
      return
    }
    at = page.next_cursor
  }
}

async function printEnd<Item>({ items, next_cursor: next }: PageOf<Item>): Promise<void> {
  if (next !== null) await printLine(`\nMore follow: --all, or --cursor ${next}`)
  else if (items.length === 0) await printLine("None.")
}
