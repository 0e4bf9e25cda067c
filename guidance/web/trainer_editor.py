"""Writing scenarios in the browser: drafts that keep themselves, with what is wrong beside them.

Without a script it is a text and a button. With one, a page of fields sends itself to `check` after each change.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID, uuid4

from flask import Blueprint, Response, abort, g, jsonify, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlite_utils import Database

from guidance.clock import to_text
from guidance.practice import drafts as rules
from guidance.practice.draft_text import write
from guidance.practice.drafts import Checked, Complaint
from guidance.practice.scenario import SHOWN, to_source
from guidance.protocol.model import SITE_TYPES
from guidance.store import practice_drafts as rows
from guidance.store.practice_drafts import DraftRow
from guidance.translations.mark import Said
from guidance.translations.recognised import READING_PROBLEMS, recognised
from guidance.web import content
from guidance.web.access import for_person
from guidance.web.context import parts
from guidance.web.forms import ConfirmForm, keep_stale_forms, problems, submitted
from guidance.web.gettext import _, said
from guidance.web.lane import read_json
from guidance.web.practice_forms import DraftForm, NewDraftForm
from guidance.web.practice_words import SITE_TYPE_WORDS
from guidance.web.problems import Problem, problem_response

blueprint = Blueprint("trainer_editor", __name__, url_prefix="/trainer/scenarios")
keep_stale_forms(blueprint)

MOST_DRAFTS = 100


@blueprint.get("")
@for_person("trainer")
def show() -> ResponseReturnValue:
    """The trainer's drafts, and scenarios to start from."""
    return _list()


@blueprint.post("")
@for_person("trainer")
def begin() -> ResponseReturnValue:
    """Start a draft, empty or from a scenario that is there."""
    here, form = parts(), NewDraftForm()
    if not submitted(form):
        return _list(problems(form))
    origin = here.scenarios.get(str(form.origin.data or ""))
    source: dict[str, Any] = to_source(origin) if origin else {"version": 1, "checked": here.today()}
    if origin:
        source["title"] = f"{origin.title} (changed)"  # part of the file, which is in English
    checked = rules.check_text(write({**source, "checked": str(source["checked"])}), content.library(), _facts())
    draft_id = str(uuid4())
    with here.store.transaction() as db:
        if rows.count_drafts(db, g.person.id) >= MOST_DRAFTS:
            return _list([_("You have very many drafts. Delete one first.")])
        _save(db, draft_id, checked)
    return redirect(f"/trainer/scenarios/{draft_id}", 303)


@blueprint.route("/<uuid:draft_id>", methods=["GET", "POST"])
@for_person("trainer")
def edit(draft_id: UUID) -> ResponseReturnValue:
    """One draft. The button checks and keeps the text as it stands."""
    here, form = parts(), DraftForm()
    with here.store.reader() as db:
        draft = _own(db, draft_id)
    if not submitted(form):
        text = str(form.yaml.data) if request.method == "POST" else draft.yaml
        return _editor(draft, rules.check_text(text, content.library(), _facts()), problems(form))
    checked = rules.check_text(_lines(str(form.yaml.data or "")), content.library(), _facts())
    if len(checked.text) > rules.MOST_CHARACTERS:
        return _editor(draft, checked, [said(each.message) for each in checked.complaints])
    with here.store.transaction() as db:
        _save(db, draft.id, checked)
    return _editor(draft, checked, [], saved=True)


@blueprint.post("/<uuid:draft_id>/check")
@for_person("trainer")
def check(draft_id: UUID) -> Response:
    """Keep what the page holds (`yaml`, or `document` from its fields), and say what is wrong with it."""
    if g.get("stale_form"):
        detail = "This page waited too long. Copy the text, load the page again and paste it."
        return problem_response(Problem(403, detail))
    here, body = parts(), read_json(request)
    given = body if isinstance(body, dict) else {}
    if isinstance(given.get("document"), dict):
        checked = rules.check_document(given["document"], content.library(), _facts())
    elif isinstance(given.get("yaml"), str):
        checked = rules.check_text(_lines(given["yaml"]), content.library(), _facts())
    else:
        raise Problem(422, "Send the text as yaml, or the fields as document.")
    if len(checked.text) > rules.MOST_CHARACTERS:
        raise Problem(413, "The scenario is too long.")
    with here.store.transaction() as db:
        _own(db, draft_id)
        _save(db, str(draft_id), checked)
    return jsonify(editor_data(checked))


@blueprint.get("/<uuid:draft_id>/export")
@for_person("trainer")
def export(draft_id: UUID) -> Response:
    """The draft as a file for the folder protocols/scenarios."""
    here = parts()
    with here.store.reader() as db:
        draft = _own(db, draft_id)
    found = str(rules.check_text(draft.yaml, content.library(), _facts()).document.get("id", ""))
    name = found if found.replace("-", "").isalnum() and found.isascii() else "scenario"
    headers = {"Content-Disposition": f'attachment; filename="{name}.yaml"'}
    return Response(draft.yaml, mimetype="application/yaml", headers=headers)


@blueprint.post("/<uuid:draft_id>/delete")
@for_person("trainer")
def delete(draft_id: UUID) -> ResponseReturnValue:
    """Throw a draft away."""
    form = ConfirmForm()
    if not submitted(form):
        return _list(problems(form))
    with parts().store.transaction() as db:
        rows.delete_draft(db, _own(db, draft_id).id, g.person.id)
    return redirect("/trainer/scenarios", 303)


def editor_data(checked: Checked) -> dict[str, Any]:
    """What the page shows of a checked draft, JSON-safe."""
    written = parts().library.get(str(checked.document.get("protocol", "")))
    protocol = content.protocol(written) if written else None
    headline = protocol.outcomes[checked.outcome].headline if protocol and checked.outcome else ""
    return {
        "yaml": checked.text,
        "document": checked.document,
        "complaints": [_complaint(each) for each in checked.complaints],
        "turns": [asdict(each) for each in checked.turns],
        "outcome": headline,
        "sources": [{"id": each.id, "title": each.title} for each in protocol.sources.values()] if protocol else [],
    }


def _complaint(found: Complaint) -> dict[str, Any]:
    words = found.message if isinstance(found.message, Said) else recognised(found.message, READING_PROBLEMS)
    return {"place": found.place, "line": found.line, "message": said(words)}


def _lines(text: str) -> str:
    """A text as browsers send it (CR LF) with the line ends of a file."""
    return text.replace("\r\n", "\n")


def _facts() -> frozenset[str]:
    return frozenset(field.id for field in parts().catalog.fields())


def _own(db: Database, draft_id: UUID) -> DraftRow:
    draft = rows.find_draft(db, str(draft_id), g.person.id)
    if draft is None:
        abort(404)
    return draft


def _save(db: Database, draft_id: str, checked: Checked) -> None:
    title = checked.document.get("title")
    words = " ".join(title.split())[:120] if isinstance(title, str) else ""
    rows.save_draft(db, DraftRow(draft_id, g.person.id, words, checked.text, to_text(parts().clock.now())))


def _list(refused: list[str] | None = None) -> ResponseReturnValue:
    here = parts()
    with here.store.reader() as db:
        kept = rows.drafts(db, g.person.id)
    html = render_template(
        "trainer/drafts.html",
        drafts=kept,
        scenarios=content.scenarios().scenarios.values(),
        site_types=SITE_TYPE_WORDS,
        problems=refused or [],
        person=g.person,
    )
    return make_response(html, 400 if refused else 200)


def _editor(draft: DraftRow, checked: Checked, refused: list[str], saved: bool = False) -> ResponseReturnValue:
    html = render_template(
        "trainer/editor.html",
        draft=draft,
        checked=checked,
        data=editor_data(checked),
        protocols=content.library().protocols.values(),
        site_types={each: SITE_TYPE_WORDS[each] for each in SITE_TYPES},
        shown=SHOWN,
        facts=content.catalog(),
        problems=refused,
        saved=saved,
        person=g.person,
    )
    return make_response(html, 400 if refused else 200)
