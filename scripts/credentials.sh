# Sets BASE_URL, API_KEY and KEYSPACE_ID from the credentials that the first `npm start` wrote. To be sourced:
# . scripts/credentials.sh
credentials="${KEYWARD_DATA_DIR:-data}/credentials.json"
BASE_URL=$(sed -n 's/^  "base_url": "\(.*\)".*/\1/p' "$credentials")
API_KEY=$(sed -n '/"admin"/,/}/s/^    "api_key": "\(.*\)".*/\1/p' "$credentials")
KEYSPACE_ID=$(sed -n 's/^  "demo_keyspace_id": "\(.*\)".*/\1/p' "$credentials")
