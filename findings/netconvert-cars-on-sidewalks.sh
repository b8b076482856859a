#!/usr/bin/env bash
# eclipse-sumo 1.28.0, netconvert: with --opendrive.import-all-lanes a sidewalk is open to every vehicle.
#
# An OpenDRIVE road with one driving lane and one lane of type "sidewalk" beside it.
# Expected: without the option the sidewalk is left out and that is said; with it the lane is imported for
#           pedestrians, as its type says, the way netconvert closes the driving lane to pedestrians.
# Seen:     without the option it is dropped without a word. With it the sidewalk gets neither allow nor
#           disallow, which means that cars, trucks and trams may drive there, and as the outermost lane it
#           becomes lane 0, the one that vehicles depart on by default.
# Way out:  drop these lanes before converting, or set allow="pedestrian" in the network afterwards.
# Fails (exit 1) when this changes.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check eclipse-sumo==1.28.0
cat > road.xodr <<'XML'
<?xml version="1.0"?>
<OpenDRIVE><header revMajor="1" revMinor="7" name="road"/>
<road id="1" length="100" junction="-1">
<planView><geometry s="0" x="0" y="0" hdg="0" length="100"><line/></geometry></planView>
<lanes><laneSection s="0"><center><lane id="0" type="none" level="false"/></center><right>
<lane id="-1" type="driving" level="false"><width sOffset="0" a="3.5" b="0" c="0" d="0"/></lane>
<lane id="-2" type="sidewalk" level="false"><width sOffset="0" a="2" b="0" c="0" d="0"/></lane>
</right></laneSection></lanes></road></OpenDRIVE>
XML
cat > lanes.py <<'PY'
import sys, xml.etree.ElementTree as tree
for lane in tree.parse(sys.argv[1]).getroot().iter("lane"):
    rule = "closed to pedestrians" if "pedestrian" in (lane.get("disallow") or "") else lane.get("allow") or "open to all"
    print(f"  lane {lane.get('index')} ({lane.get('type')}): {rule}")
PY
run() {
  echo "$1:"
  env/bin/netconvert --opendrive road.xodr $2 -o out.net.xml 2>&1 | sed 's/^/  netconvert: /'
  env/bin/python lanes.py out.net.xml
}
seen="$(run default ''; run all '--opendrive.import-all-lanes')"
echo "$seen"
expected='default:
  netconvert: Success.
  lane 0 (driving): closed to pedestrians
all:
  netconvert: Success.
  lane 0 (sidewalk): open to all
  lane 1 (driving): closed to pedestrians'
[ "$seen" = "$expected" ] || { echo "CHANGED: this finding no longer holds"; exit 1; }
echo "still so: cars may drive on the sidewalk"
