"""Every sentence of a scenario that a trainee reads, and the same scenario in other words. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from guidance.practice.scenario import Scenario
from guidance.protocol.texts import Reword


def reworded(scenario: Scenario, reword: Reword) -> Scenario:
    """The scenario with every text put through `reword`; ids, the words on its paper and the hash stay as they are.

    What officers say on the card has the kind `officers`: it is shown in English with the meaning beneath, as a real
    officer would say it in English.
    """
    context = f"scenario.{scenario.id}"
    card = scenario.card
    return replace(
        scenario,
        title=reword(context, scenario.title, "title"),
        summary=reword(context, scenario.summary, "summary"),
        card=replace(
            card,
            room=reword(context, card.room, "card"),
            who=reword(context, card.who, "card"),
            say=tuple(reword(context, each, "officers") for each in card.say),
        ),
        injects=tuple(replace(each, text=reword(context, each.text, "inject")) for each in scenario.injects),
        decisions=tuple(replace(each, why=reword(context, each.why, "why")) for each in scenario.decisions),
        counsel=reword(context, scenario.counsel, "counsel"),
    )


def role_titles(titles: Mapping[str, str], reword: Reword) -> dict[str, str]:
    """The titles of certificate roles by id, put through `reword`."""
    return {id: reword("certificates", title, "role") for id, title in titles.items()}
