"""Who may see what. Pure rules; what someone may not see does not exist for them (404)."""

from __future__ import annotations

from guidance.store.people import Grant, Person, Site


def may_see(person: Person, site_id: str | None, agency_id: str | None, verified: bool) -> bool:
    """Whether a person may see an incident of this site and agency (None: no site is known).

    The committee sees all. A supervisor sees verified incidents of the own site or the own agency's sites:
    what no enrolled device sent is nobody's site's until the committee says so.
    """
    if person.has("committee"):
        return True
    return verified and site_id is not None and supervises(person, site_id, agency_id)


def supervises(person: Person, site_id: str, agency_id: str | None) -> bool:
    """Whether a person looks after this site's desk and its devices."""
    return any(grant.role == "supervisor" and _covers(grant, site_id, agency_id) for grant in person.roles)


def sites_in_sight(person: Person, sites: list[Site]) -> tuple[str, ...] | None:
    """Ids of the sites whose verified incidents a person may see; None when nothing is hidden from them."""
    return None if person.has("committee") else tuple(site.id for site in supervised(person, sites))


def supervised(person: Person, sites: list[Site]) -> list[Site]:
    """Those of the sites that a person looks after."""
    return [site for site in sites if supervises(person, site.id, site.agency_id)]


def _covers(grant: Grant, site_id: str, agency_id: str | None) -> bool:
    if grant.site_id is not None:
        return grant.site_id == site_id
    return grant.agency_id is not None and grant.agency_id == agency_id
