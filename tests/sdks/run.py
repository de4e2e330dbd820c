"""
Runs every operation of every dialect through the vendor's own client, against servers that serve.

Reads a JSON object from standard input: `servers`, a list of objects with `mode` (documented or observed), `engine` and
`credentials` (the path of a credentials.json); and `limits`, with what the servers were started with: `arthur` most active
keys, `automox` most keys of a user, `docspace` most creations of a user in a quarter of an hour.

Prints a line of JSON for each case.
"""

import json
import sys
import warnings

# The generated models warn about names of their own, and of values that they would not let pass.
warnings.filterwarnings("ignore", category=UserWarning, module="pydantic|docspace_api_sdk")

import arthur  # noqa: E402
import automox  # noqa: E402
import docspace  # noqa: E402
import octopus  # noqa: E402

plan = json.load(sys.stdin)
for server in plan["servers"]:
    with open(server["credentials"], encoding="utf-8") as file:
        credentials = json.load(file)
    for dialect in (arthur, automox, octopus, docspace):
        name = dialect.__name__
        for case in dialect.run(credentials[name], server["mode"], plan["limits"].get(name)):
            print(json.dumps({**case, "mode": server["mode"], "engine": server["engine"]}), flush=True)
