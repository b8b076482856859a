"""Roads that Reins writes, as ASAM's checker and SUMO's netconvert see them."""

import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from reins.node import reins_command

ROADS = {"all": ["--map", "SCXTO"], "ramps": ["--map", "rRyY", "--option", "lanes=2"], "seed": ["--seed", "1003"]}
# A junction's connections may name a connecting road or, in direct junctions, a linked one; the rule is about 1.7 files.
NOT_FOR_1_8 = {"check_asam_xodr_junctions_connection_one_connection_element"}
# netconvert samples lanes on curves: within half a per cent from a radius of 20 m on.
ON_CURVES = 0.006
# Metres.
AT_BENDS = 0.5


@pytest.fixture(params=ROADS)
def road(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    out = tmp_path / "road.xodr"
    subprocess.run([*reins_command(), "export", "road", *ROADS[request.param], "--out", str(out)], check=True)
    return out


def test_asam(road: Path) -> None:
    """[ROAD-13] ASAM's checker completes every rule for 1.8 and has no issue."""
    result = road.with_suffix(".xqar")
    config = road.with_suffix(".xml")
    config.write_text(
        f'<?xml version="1.0" encoding="UTF-8"?><Config><Param name="InputFile" value="{road}"/>'
        f'<CheckerBundle application="xodrBundle"><Param name="resultFile" value="{result}"/></CheckerBundle></Config>'
    )
    subprocess.run([sys.executable, "-m", "qc_opendrive.main", "-c", str(config)], check=True, capture_output=True)
    tree = ET.parse(result)
    checkers = {one.attrib["checkerId"]: one.attrib["status"] for one in tree.iter("Checker")}
    assert len(checkers) == 23
    assert {name for name, status in checkers.items() if status != "completed"} == NOT_FOR_1_8
    assert [issue.attrib for issue in tree.iter("Issue")] == []


def test_netconvert(road: Path) -> None:
    """[ROAD-13] netconvert finds our lanes, widths, connections, and lengths: exactly on straight roads."""
    net = road.with_suffix(".net.xml")
    command = ["netconvert", "--opendrive", str(road), "-o", str(net), "--precision", "6", "--no-turnarounds"]
    subprocess.run([*command, "--opendrive.internal-shapes"], check=True, capture_output=True)
    written = ET.parse(road).getroot()
    edges = {edge.attrib["id"]: edge for edge in ET.parse(net).iter("edge") if edge.get("function") is None}
    ordinary = [one for one in written.iter("road") if one.attrib["junction"] == "-1"]
    assert len(edges) == len(ordinary)
    for one in ordinary:
        lanes = edges[f"-{one.attrib['id']}"].findall("lane")
        own = one.findall("./lanes/laneSection/right/lane")
        assert len(lanes) == len(own)
        # Lane 0 is the outermost one.
        for lane, mine in zip(lanes, reversed(own), strict=True):
            width = mine.find("width")
            assert width is not None
            assert float(lane.get("width", "3.2")) == pytest.approx(float(width.attrib["a"]), abs=1e-3)
            speed = mine.find("speed")
            assert speed is not None
            assert float(lane.attrib["speed"]) == pytest.approx(float(speed.attrib["max"]), abs=0.01)
        if is_straight(one):
            # At a bend netconvert's first chord is at an angle to the road, and shifts where its lanes end.
            reach = 1e-3 if all(is_straight(other) for other in neighbours(written, one)) else AT_BENDS
            for lane in lanes:
                assert float(lane.attrib["length"]) == pytest.approx(float(one.attrib["length"]), abs=reach)
        else:
            middle = sum(float(lane.attrib["length"]) for lane in lanes) / len(lanes)
            assert abs(middle - middle_length(one)) < ON_CURVES * middle + AT_BENDS
    theirs, ours = connections(ET.parse(net).getroot()), links(written)
    assert theirs <= ours
    # Where two lanes of a road run into one lane, netconvert keeps one of the two without a word.
    arrive = {(start, end, into) for start, end, _, into in theirs}
    assert all((start, end, into) in arrive for start, end, _, into in ours - theirs)


def is_straight(road: ET.Element) -> bool:
    return all(piece.find("line") is not None for piece in road.iter("geometry"))


def neighbours(written: ET.Element, road: ET.Element) -> list[ET.Element]:
    """Roads right before and after, those inside junctions included."""
    ids = {one.attrib["elementId"] for one in road.findall("./link/*")}
    name = road.attrib["id"]
    return [
        one
        for one in written.iter("road")
        if one.attrib["id"] in ids or any(link.attrib["elementId"] == name for link in one.findall("./link/*"))
    ]


def middle_length(road: ET.Element) -> float:
    """Metres of a road of one arc along the middle of its lanes, which lie to the right of its line."""
    (arc,) = road.iter("arc")
    across = sum(float(one.attrib["a"]) for one in road.iter("width"))
    return float(road.attrib["length"]) * (1 + float(arc.attrib["curvature"]) * across / 2)


def connections(net: ET.Element) -> set[tuple[str, str, int, int]]:
    """Lanes that lead from one edge to another, by their OpenDRIVE ids."""
    count = {edge.attrib["id"]: len(edge.findall("lane")) for edge in net.iter("edge")}
    return {
        (
            one.attrib["from"].lstrip("-"),
            one.attrib["to"].lstrip("-"),
            int(one.attrib["fromLane"]) - count[one.attrib["from"]],
            int(one.attrib["toLane"]) - count[one.attrib["to"]],
        )
        for one in net.iter("connection")
        if not one.attrib["from"].startswith(":")
    }


def links(written: ET.Element) -> set[tuple[str, str, int, int]]:
    """The same from what was written: directly, and over connecting roads."""
    roads = {one.attrib["id"]: one for one in written.iter("road")}
    found = set()
    for one in roads.values():
        after = one.find("./link/successor")
        if one.attrib["junction"] == "-1" and after is not None and after.attrib["elementType"] == "road":
            for lane in one.findall(".//right/lane"):
                for to in lane.findall("./link/successor"):
                    found.add((one.attrib["id"], after.attrib["elementId"], int(lane.attrib["id"]), int(to.attrib["id"])))
    for connection in written.iter("connection"):
        inside = roads[connection.attrib["connectingRoad"]]
        after = inside.find("./link/successor")
        assert after is not None
        for link in connection.findall("laneLink"):
            for to in inside.findall(f".//right/lane[@id='{link.attrib['to']}']/link/successor"):
                ends = (connection.attrib["incomingRoad"], after.attrib["elementId"])
                found.add((*ends, int(link.attrib["from"]), int(to.attrib["id"])))
    return found
