import { storeContract } from "../src/store/contract/suite.ts"
import { openMemoryStore } from "../src/store/memory.ts"

storeContract("memory", async () => openMemoryStore(), {})
