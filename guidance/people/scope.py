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


def trains(person: Person, agency_id: str | None) -> bool:
    """Whether a person trains an agency's staff; for None, whether they train the whole city's."""
    grants = [grant for grant in person.roles if grant.role == "trainer" and grant.site_id is None]
    return any(grant.agency_id is None or grant.agency_id == agency_id for grant in grants)


def trained_agencies(person: Person) -> tuple[str, ...] | None:
    """Ids of the agencies that a person trains; None when it is the whole city."""
    if trains(person, None):
        return None
    return tuple(grant.agency_id for grant in person.roles if grant.role == "trainer" and grant.agency_id)


def trained_sites(person: Person, sites: list[Site]) -> list[Site]:
    """Those of the sites whose staff a person trains."""
    return [site for site in sites if trains(person, site.agency_id)]


def ready_sites(person: Person, sites: list[Site]) -> list[Site]:
    """Those of the sites whose readiness a person sees: the own ones, those one trains, all for the committee."""
    if person.has("committee"):
        return sites
    return [site for site in sites if supervises(person, site.id, site.agency_id) or trains(person, site.agency_id)]


def _covers(grant: Grant, site_id: str, agency_id: str | None) -> bool:
    if grant.site_id is not None:
        return grant.site_id == site_id
    return grant.agency_id is not None and grant.agency_id == agency_id
