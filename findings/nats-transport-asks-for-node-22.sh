#!/usr/bin/env bash
# @nats-io/transport-node 3.4.0 (NATS for Node.js): says that Node 18 is enough and brings a package that asks for 22.
#
# A program for Node 20 installs it, having read `"engines": {"node": ">= 18.0.0"}` in its package.json.
# Expected: what a release of the same minor line as 3.3.1 depends on runs where the release says that it runs.
# Seen:     it pins @nats-io/nuid 3.0.0, whose `engines` are `>= 22.x`: on Node 20 npm warns (EBADENGINE), and with
#           `engine-strict` it refuses to install. 3.3.1 pins nuid 2.0.3, which asks for 18.
# Way out:  pin all of @nats-io to 3.3.1, or give `overrides` for @nats-io/nuid.
# Fails (exit 1) when this changes. Needs npm; any Node.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
cd "$folder"
engines() { node -p "require('./node_modules/@nats-io/$1/package.json').engines.node"; }
seen=""
for version in 3.3.1 3.4.0; do
  rm -rf node_modules package*.json
  npm init -y >/dev/null
  npm install --silent --no-audit --no-fund "@nats-io/transport-node@$version" 2>/dev/null
  seen+="$version asks for Node $(engines transport-node), its nuid for $(engines nuid)"$'\n'
done
printf '%s' "$seen"
expected='3.3.1 asks for Node >= 18.0.0, its nuid for >= 18.x
3.4.0 asks for Node >= 18.0.0, its nuid for >= 22.x
'
[ "$seen" = "$expected" ] || { echo "CHANGED: this finding no longer holds"; exit 1; }
echo "still so: on Node 20 the newer one is installed with a warning, and with engine-strict not at all"
