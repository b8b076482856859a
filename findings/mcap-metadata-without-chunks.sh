#!/usr/bin/env bash
# @mcap/core 2.2.2: without chunks, the index of a file's metadata points at another record.
#
# A file with one channel, three messages and one metadata record is written with `useChunks: false`, an
# option of the writer, and read by the Python reader (mcap 1.6.0) and by @mcap/core itself.
# Expected: the metadata record comes back, as it does with chunks.
# Seen:     the index holds the offset of an earlier record (the channel), so the metadata cannot be read.
#           The messages are fine, so the loss is noticed only when somebody asks for the metadata.
# Way out:  leave chunks on; a chunk may be as small as one message.
# Fails (exit 1) when this changes.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @mcap/core@2.2.2
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check mcap==1.6.0
cat > write.mjs <<'JS'
import { writeFileSync } from 'node:fs';
import { McapWriter } from '@mcap/core';
for (const useChunks of [true, false]) {
  let bytes = Buffer.alloc(0);
  const writable = {
    position: () => BigInt(bytes.length),
    write: async (part) => {
      bytes = Buffer.concat([bytes, part]);
    },
  };
  const writer = new McapWriter({ writable, useChunks });
  await writer.start({ profile: '', library: 'finding' });
  const channelId = await writer.registerChannel({
    topic: '/steps', messageEncoding: 'json', schemaId: 0, metadata: new Map(),
  });
  for (let i = 0; i < 3; i++) {
    const time = BigInt(i + 1);
    await writer.addMessage({ channelId, sequence: i, logTime: time, publishTime: time, data: Buffer.from('{}') });
  }
  await writer.addMetadata({ name: 'run', metadata: new Map([['seed', '7']]) });
  await writer.end();
  writeFileSync(useChunks ? 'chunks.mcap' : 'no-chunks.mcap', bytes);
}
JS
node write.mjs
cat > read.py <<'PY'
from mcap.reader import make_reader
for name in ("chunks", "no-chunks"):
    reader = make_reader(open(f"{name}.mcap", "rb"))
    messages = len(list(reader.iter_messages()))
    try:
        found = [record.name for record in reader.iter_metadata()]
    except Exception as error:
        found = type(error).__name__
    print(f"{name}: {messages} messages, metadata {found}")
PY
seen="$(env/bin/python read.py)"
echo "$seen"
expected="chunks: 3 messages, metadata ['run']
no-chunks: 3 messages, metadata McapError"
[ "$seen" = "$expected" ] || { echo "CHANGED: this finding no longer holds"; exit 1; }
echo "still so: without chunks the metadata cannot be found"
