"""The drawings: well-formed, safe with any text, and readable by ear."""

from __future__ import annotations

from xml.etree import ElementTree

from guidance.protocol.graph import mermaid, outline, svg
from tests.protocol.example import changed, example

SVG = "{http://www.w3.org/2000/svg}"


def test_the_picture_is_well_formed_and_has_no_style_and_no_script() -> None:
    root = ElementTree.fromstring(svg(example()))
    assert root.tag == f"{SVG}svg"
    assert root.findtext(f"{SVG}title") == "They ask for the staff door"
    names = {name for each in root.iter() for name in each.attrib}
    assert "style" not in names
    assert {each.tag.removeprefix(SVG) for each in root.iter()} <= {"svg", "title", "desc", "rect", "path", "g", "text"}


def test_no_box_covers_another() -> None:
    root = ElementTree.fromstring(svg(example()))
    boxes = [
        tuple(float(rect.get(key, "")) for key in ("x", "y", "width", "height"))
        for rect in root.iterfind(".//*/{*}rect")
    ]
    assert len(boxes) == len(example().steps) + len(example().outcomes)
    for index, (x, y, width, height) in enumerate(boxes):
        for other_x, other_y, _, _ in boxes[:index]:
            assert abs(x - other_x) >= width or abs(y - other_y) >= height


def test_special_characters_do_not_break_a_drawing() -> None:
    odd = changed("steps.danger.ask", 'Is "<script>" | & #1 here?')
    assert ElementTree.fromstring(svg(odd)) is not None
    assert "<script>" not in svg(odd) + mermaid(odd)
    assert '"Is #quot;#lt;script#gt;#quot; #124; #amp; #35;1 here?"' in mermaid(odd)


def test_the_outline_tells_each_step_with_where_its_answers_go() -> None:
    told = outline(example())
    assert "Step 1, danger: Is anyone in danger right now?\n  Yes: goes to outcome safety-exit.\n" in told
    assert "  A classroom door (school): goes to step 5, paper-shown." in told
    assert "I do not feel safe: goes to outcome safety-exit." in told
    assert not set(told) & set("│├└→─")


def test_a_broken_tree_can_still_be_drawn() -> None:
    looped = changed("steps.door.answers.2.to", "danger")
    assert svg(looped)
    assert "nowhere, which does not exist" in outline(changed("steps.lot.answers.0.to", "nowhere"))
