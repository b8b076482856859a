#!/usr/bin/env bash
# metadrive-simulator 0.4.3: the cars around the agent keep 3.6 times the time gap that their model states.
#
# The intelligent driver model (Treiber 2000) wants the gap s0 + v T + v dv / (2 sqrt(a b)), v in m/s. MetaDrive's
# traffic has s0 = 10 m, T = 1.5 s ("TIME_WANTED = 1.5 # [s]"), a = 1, b = 5 m/s².
# Expected: behind a car that drives as fast, 40 m at 20 m/s; closing in at 5 m/s, 62.4 m.
# Seen:     118 m and 407.8 m: speeds are put in as km/h, so that 1.5 s act as 5.4 s and the closing term is
#           12.96 times as large. Density and flow of its traffic are not those of the parameters.
# Way out:  whoever compares with MetaDrive, or trains for its traffic, must use its gap and not the model's.
# Fails (exit 1) when this changes. Python 3.8 to 3.11.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check metadrive-simulator==0.4.3 numpy==1.26.4
cat > run.py <<'PY'
import math
from types import SimpleNamespace
import numpy
from metadrive.policy.idm_policy import IDMPolicy


def car(speed):
    """What the policy asks of a vehicle that drives east, speed in m/s."""
    velocity = numpy.array([speed, 0.0])
    return SimpleNamespace(speed=speed, speed_km_h=3.6 * speed, velocity=velocity, velocity_km_h=3.6 * velocity, heading=numpy.array([1.0, 0.0]))


policy = IDMPolicy.__new__(IDMPolicy)  # the gap needs the class's constants only
for own, front in ((20.0, 20.0), (20.0, 15.0)):
    stated = policy.DISTANCE_WANTED + own * policy.TIME_WANTED + own * (own - front) / (2 * math.sqrt(-policy.ACC_FACTOR * policy.DEACC_FACTOR))
    print(f"{own:g} m/s behind {front:g} m/s: wanted {policy.desired_gap(car(own), car(front)):.1f} m, the model says {stated:.1f} m")
PY
seen="$(env/bin/python -W ignore run.py 2>/dev/null | grep behind)"
echo "$seen"
expected='20 m/s behind 20 m/s: wanted 118.0 m, the model says 40.0 m
20 m/s behind 15 m/s: wanted 407.8 m, the model says 62.4 m'
[ "$seen" = "$expected" ] || { echo "CHANGED: this finding no longer holds"; exit 1; }
echo "still so: the gap is computed in km/h"
