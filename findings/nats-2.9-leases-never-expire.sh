#!/usr/bin/env bash
# nats-server 2.9.10 (Debian 12) with @nats-io/kv 3.4.0: a lease made with a time to live never expires.
#
# A lease is `kv.create(key, value, "1s")` in a bucket that allows times to live per key (`markerTTL`): whoever
# creates the key holds the lease until it expires. Per-message times to live came with server 2.11.
# Expected: an older server, or the client that reads its version at connecting, refuses bucket or key.
# Seen:     both calls succeed, and the key is there for ever: after its holder has died nobody gets the lease. The
#           client checks the version for other newer features (`filter_subjects`, `metadata`) and refuses those.
# Way out:  give the whole bucket a `ttl`, which 2.9 honours, or read `nc.info.version` first.
# Fails (exit 1) when this changes. Needs Debian 12's packages (or a nats-server 2.9 on the PATH) and npm.
set -euo pipefail
folder="$(mktemp -d)"
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
if command -v nats-server >/dev/null; then program=nats-server; else
  apt-get download --quiet nats-server=2.9.10-1+b3 >/dev/null
  dpkg -x nats-server_*.deb server && program="$folder/server/usr/sbin/nats-server"
fi
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @nats-io/transport-node@3.4.0 @nats-io/jetstream@3.4.0 @nats-io/kv@3.4.0
"$program" --jetstream --store_dir data --addr 127.0.0.1 --port -1 --ports_file_dir "$folder" >log 2>&1 &
server=$!
cat > run.mjs <<'JS'
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { Kvm } from '@nats-io/kv';
import { connect } from '@nats-io/transport-node';

let file;
while (!(file = readdirSync('.').find((name) => name.endsWith('.ports')))) await wait(100);
const connection = await connect({ servers: JSON.parse(readFileSync(file, 'utf8')).nats[0] });
console.log(`server ${connection.info.version}`);
const keys = new Kvm(connection);
const leases = await keys.create('leases', { markerTTL: 60_000 });
await leases.create('lease', 'first holder', '1s');
const bucket = await keys.create('bucket', { ttl: 1000 });
await bucket.create('lease', 'first holder');
await wait(5000);
const left = async (store) => ((await store.get('lease')) ? 'still held' : 'expired');
console.log(`5 s after a lease of 1 s: per key ${await left(leases)}, per bucket ${await left(bucket)}`);
await connection.close();
JS
seen="$(node run.mjs)"
echo "$seen"
expected='server 2.9.10
5 s after a lease of 1 s: per key still held, per bucket expired'
[ "$seen" = "$expected" ] || { echo "CHANGED: this finding no longer holds"; exit 1; }
echo "still so: the time to live of a key is ignored"
