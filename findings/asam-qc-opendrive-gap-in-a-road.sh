#!/usr/bin/env bash
# asam-qc-opendrive 1.0.0 (ASAM's checker for OpenDRIVE): a road that is torn apart passes.
#
# A road of two straight geometries; the second starts 10 m further on and 5 m to the side, where the first
# does not end. The standard asks for a reference line without gaps.
# Expected: an issue of level 1 (error) about the gap, and an exit code that a script can test.
# Seen:     no error. The only issue is a warning that the second line is *redundant*, as if it went on where
#           the first ends. The exit code is 0, as it is for every file that could be opened.
# Way out:  read the issues from the result file, and check continuity within roads yourself.
# Fails (exit 1) when this changes.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check asam-qc-opendrive==1.0.0
cat > torn.xodr <<'XML'
<?xml version="1.0"?>
<OpenDRIVE><header revMajor="1" revMinor="8" name="torn"/>
<road id="1" length="100" junction="-1" name="">
<planView>
<geometry s="0" x="0" y="0" hdg="0" length="50"><line/></geometry>
<geometry s="50" x="60" y="5" hdg="0" length="50"><line/></geometry>
</planView>
<lanes><laneSection s="0"><center><lane id="0" type="none" level="false"/></center>
<right><lane id="-1" type="driving" level="false"><width sOffset="0" a="3.5" b="0" c="0" d="0"/></lane></right>
</laneSection></lanes></road></OpenDRIVE>
XML
cat > config.xml <<'XML'
<Config><Param name="InputFile" value="torn.xodr"/>
<CheckerBundle application="xodrBundle"><Param name="resultFile" value="result.xqar"/></CheckerBundle></Config>
XML
code=0
env/bin/python -m qc_opendrive.main -c config.xml >/dev/null 2>&1 || code=$?
cat > issues.py <<'PY'
import xml.etree.ElementTree as tree
root = tree.parse("result.xqar").getroot()
done = sum(1 for c in root.iter("Checker") if c.get("status") == "completed")
print(f"{done} rules completed; issues: {[(i.get('level'), i.get('description')) for i in root.iter('Issue')]}")
PY
seen="exit code $code, $(env/bin/python issues.py)"
echo "$seen"
expected="exit code 0, 22 rules completed; issues: [('2', 'Redundant line geometry declaration.')]"
[ "$seen" = "$expected" ] || { echo "CHANGED: this finding no longer holds"; exit 1; }
echo "still so: a gap of 11 m is no error, and the second piece is called redundant"
