"""Invented people, drawn from a distribution that is argued, not observed: change the tables and run again.

Movement south and staying are as common as going north. A seed always gives the same people: keep the draws in their
order. Nobody here is real.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from conversations.facts import NO_COUNTRY
from conversations.rules import Value

Weights = Mapping[str, float]

WHERE: Weights = {
    "MX": 33, "US": 24, "CO": 8, "GT": 6, "HN": 5, "CA": 4, "EC": 3, "CR": 3, "PA": 3, "BR": 3, "PE": 2, "SV": 2,
    "VE": 1, "CU": 1, "HT": 0.5, "NI": 0.5, "DO": 0.5, "BZ": 0.5,
}  # fmt: skip
"""Where people are when they write."""

OTHER = "ZZ"
"""Any country that no list of countries in the content names."""

FROM: Mapping[str, Weights] = {
    "MX": {"MX": 25, "VE": 14, "HN": 14, "CU": 12, "GT": 10, "HT": 10, "SV": 5, "CO": 3, "EC": 3, "NI": 2, "BR": 0.5,
           "SN": 0.5, "AF": 0.3, "CN": 0.3, NO_COUNTRY: 0.1, OTHER: 0.3},
    "US": {"MX": 22, "VE": 14, "GT": 10, "HN": 10, "SV": 8, "CU": 8, "HT": 7, "CO": 6, "EC": 5, "NI": 3, "BR": 2,
           "PE": 2, "DO": 1.5, "UA": 0.7, "CN": 0.4, OTHER: 0.4},
    "CA": {"MX": 20, "HT": 20, "VE": 12, "CO": 16, "UA": 4, "BR": 5, "CU": 4, "SV": 3, "IN": 6, "SN": 4, OTHER: 6},
    "CO": {"VE": 68, "CO": 16, "EC": 4, "HT": 4, "CU": 4, "AF": 1, OTHER: 3},
    "GT": {"GT": 70, "HN": 10, "VE": 6, "SV": 6, "NI": 5, "CU": 2, OTHER: 1},
    "HN": {"HN": 70, "VE": 9, "NI": 6, "CU": 5, "HT": 4, "SV": 4, OTHER: 2},
    "EC": {"VE": 55, "EC": 28, "CO": 14, OTHER: 3},
    "CR": {"NI": 62, "VE": 12, "CU": 8, "CO": 6, "HN": 4, "CR": 6, OTHER: 2},
    "PA": {"VE": 50, "CO": 14, "NI": 10, "CU": 8, "HT": 8, "EC": 4, "PA": 4, OTHER: 2},
    "BR": {"VE": 50, "HT": 18, "CU": 15, "BR": 12, "AF": 3, OTHER: 2},
    "PE": {"VE": 70, "PE": 25, OTHER: 5},
    "SV": {"SV": 90, "NI": 5, "HN": 5},
    "VE": {"VE": 100}, "CU": {"CU": 100}, "HT": {"HT": 100}, "NI": {"NI": 100},
    "DO": {"DO": 55, "HT": 40, "VE": 5},
    "BZ": {"BZ": 45, "GT": 20, "SV": 15, "HN": 20},
}  # fmt: skip
"""Whose citizens they are, by where they are."""

FEAR: Weights = {
    "VE": 0.6, "HT": 0.75, "CU": 0.5, "NI": 0.65, "HN": 0.5, "SV": 0.4, "GT": 0.35, "CO": 0.45, "EC": 0.5, "MX": 0.25,
    "AF": 0.9, "UA": 0.7, "SN": 0.35, "BR": 0.15, "PE": 0.2, "DO": 0.15,
}  # fmt: skip
"""How many fear serious harm at home, by nationality; 0.35 elsewhere, and fewer among those who are at home."""

HARM: Weights = {
    "gangs": 35, "politics": 18, "police_or_army_torture": 7, "family_or_other_group": 9, "gender_or_lgbt": 9,
    "religion": 2, "race_or_ethnic_group": 3, "war": 4, "not_sure": 13,
}  # fmt: skip
COMAR_AFRAID: Weights = {"none": 45, "waiting": 27, "recognised": 12, "complementary": 3, "refused": 6, "abandoned": 7}
COMAR_SAFE: Weights = {"none": 88, "waiting": 7, "recognised": 2, "complementary": 0.5, "refused": 1.5, "abandoned": 1}
CLAIM_AFRAID: Weights = {
    "none": 40, "waiting": 38, "accepted": 10, "refused_under_12_months": 6, "refused_over_12_months": 6,
}  # fmt: skip
CLAIM_SAFE: Weights = {
    "none": 85, "waiting": 8, "accepted": 2, "refused_under_12_months": 2, "refused_over_12_months": 3,
}  # fmt: skip
REGISTERED: Weights = {"MX": 0.35, "CO": 0.2, "CR": 0.5, "BR": 0.4, "US": 0.08, "CA": 0.05}
HAD_TPS: Weights = {"SV": 0.35, "UA": 0.5, "SD": 0.5, "LB": 0.4, "HT": 0.5, "VE": 0.5, "HN": 0.1}
US_FAMILY: Mapping[tuple[str, str], str] = {
    ("spouse", "citizen"): "spouse_citizen",
    ("spouse", "resident"): "lpr_spouse",
    ("spouse", "protected"): "spouse_refugee_asylee",
    ("parent", "citizen"): "parent_citizen",
    ("parent", "resident"): "lpr_parent",
    ("parent", "protected"): "parent_refugee_asylee",
    ("parent", "other"): "parent_temp_status",
    ("child", "citizen"): "child_citizen_over21",
    ("fiance", "citizen"): "fiance_citizen",
    ("sibling", "citizen"): "sibling_citizen",
}
"""What a relative in the US is to the rules, by who they are and which papers they have; any other pair is "other"."""

Facts = dict[str, Value]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who might write: every fact about them, asked or not.

    `us_relative` and `us_papers` say which relative in the United States they think of, also where no rule counts that
    relative: such a person ticks "family with US papers" as well, and the follow-up sorts it out.
    """

    facts: Mapping[str, Value]
    us_relative: str
    us_papers: str


def crowd(size: int, seed: int = 7, ties: float = 1) -> list[Person]:
    """So many invented people. `ties` multiplies relatives, written offers and places at a school."""
    draw = Random(seed)
    return [_person(draw, ties) for _ in range(size)]


def _person(draw: Random, ties: float) -> Person:
    facts: Facts = {}
    _place(draw, facts)
    _age(draw, facts)
    _danger(draw, facts)
    plan = _plans(draw, facts)
    relative, papers = _us_family(draw, facts, ties * (1.5 if plan == "join_family" else 1))
    _other_family(draw, facts, ties)
    _offers(draw, facts, ties)
    _in_mexico(draw, facts)
    _in_the_us(draw, facts)
    _in_canada(draw, facts)
    _skills_and_needs(draw, facts)
    _grave_things(draw, facts)
    return Person(facts, relative, papers)


def _one(draw: Random, weights: Weights) -> str:
    return draw.choices(list(weights), list(weights.values()))[0]


def _place(draw: Random, facts: Facts) -> None:
    here = facts["location_country"] = _one(draw, WHERE)
    home = facts["nationality"] = _one(draw, FROM[here])
    facts["stateless"] = home == NO_COUNTRY


def _abroad(facts: Facts) -> bool:
    return facts["location_country"] != facts["nationality"]


def _age(draw: Random, facts: Facts) -> None:
    band = _one(draw, {"minor": 8, "young": 11, "21": 4, "adult": 77})
    minor, young, adult = draw.randint(12, 17), draw.randint(18, 20), int(draw.triangular(22, 65, 29))
    age = facts["age"] = {"minor": minor, "young": young, "21": 21, "adult": adult}[band]
    facts["married"] = draw.random() < (0.05 if age < 21 else 0.5)
    facts["with_parent"] = age >= 18 or draw.random() < 0.65


def _danger(draw: Random, facts: Facts) -> None:
    usual = FEAR.get(str(facts["nationality"]), 0.35)
    facts["fear_return"] = draw.random() < usual * (1 if _abroad(facts) else 0.6)
    reason = _one(draw, HARM if facts["fear_return"] else {"money_only": 60, "none": 40})
    facts["public_political_role"] = reason == "politics"


def _plans(draw: Random, facts: Facts) -> str:
    afraid = {"be_safe": 50, "live_and_work": 22, "join_family": 14, "study": 4, "short_visit": 3, "return_home": 7}
    calm = {"be_safe": 6, "live_and_work": 48, "join_family": 15, "study": 9, "short_visit": 10}
    calm["return_home"] = 22 if _abroad(facts) else 2
    plan = _one(draw, afraid if facts["fear_return"] else calm)
    facts["visit_only"] = plan == "short_visit"
    facts["wants_return"] = plan == "return_home"
    facts["wants_farm_season"] = plan == "live_and_work"
    facts["other_passport"] = draw.random() < 0.06
    return plan


def _us_family(draw: Random, facts: Facts, ties: float) -> tuple[str, str]:
    facts["us_family"] = "none"
    if draw.random() >= ties * (0.5 if facts["location_country"] == "US" else 0.28):
        return "nobody", "none"
    age = int(facts["age"])
    who = {"spouse": 14, "child": 8 if age > 38 else 0, "parent": 18 if age < 40 else 6, "fiance": 3, "sibling": 32}
    relative = _one(draw, {**who, "other": 25})
    papers = _one(draw, {"citizen": 35, "resident": 30, "protected": 8, "other": 27})
    facts["us_family"] = US_FAMILY.get((relative, papers), "other")
    return relative, papers


def _other_family(draw: Random, facts: Facts, ties: float) -> None:
    facts["mx_family"] = "none"
    if facts["nationality"] != "MX" and draw.random() <= ties * (0.14 if facts["location_country"] == "MX" else 0.03):
        facts["mx_family"] = _one(draw, {
            "mexican_partner": 30, "mexican_child": 25, "mexican_parent": 12, "resident_partner_child_or_parent": 18,
            "other": 15,
        })  # fmt: skip
    facts["ca_family"] = facts["ca_family_status"] = "none"
    if draw.random() <= ties * (0.4 if facts["location_country"] == "CA" else 0.06):
        facts["ca_family"] = _one(draw, {
            "partner": 12, "parent": 8, "child_or_grandchild": 10, "brother_or_sister": 30,
            "grandparent_uncle_aunt_nephew_niece": 25, "other": 15,
        })  # fmt: skip
        facts["ca_family_status"] = _one(draw, {
            "citizen_or_pr": 50, "protected_refugee": 14, "claim_waiting": 16, "work_or_study_permit": 14, "other": 6,
        })  # fmt: skip


def _offers(draw: Random, facts: Facts, ties: float) -> None:
    facts["us_work"] = facts["job_offer"] = "none"
    grown = int(facts["age"]) > 15
    job = _one(draw, {"none": 88 / ties, "us": 4.5, "mx": 4, "ca": 3, "investor": 0.2}) if grown else "none"
    facts["us_investor"] = job == "investor"
    if job == "us":
        facts["us_work"] = _one(
            draw, {"seasonal_farm": 45, "seasonal_other": 20, "degree_job": 12, "permanent_job": 23}
        )
    elif job == "mx":
        facts["job_offer"] = _one(draw, {"mx_border_state": 60, "mx_other": 40})
    elif job == "ca":
        facts["job_offer"] = _one(draw, {"ca_farm": 50, "ca_care": 12, "ca_skilled": 20, "ca_other": 18})
    school = _one(draw, {"none": 95 / ties, "us": 1.5, "mx": 2, "ca": 1.5})
    facts["us_school_accepted"] = school == "us"
    facts["school_accepted"] = school if school in ("mx", "ca") else "none"


def _in_mexico(draw: Random, facts: Facts) -> None:
    here, fear = str(facts["location_country"]), bool(facts["fear_return"])
    facts["refugee_registered"] = fear and _abroad(facts) and draw.random() < REGISTERED.get(here, 0.2)
    facts.update(mx_comar_case="none", mx_entry_time="not_in_mexico", deported_to_mx=False)
    if here == "MX" and _abroad(facts):
        facts["mx_comar_case"] = _one(draw, COMAR_AFRAID if fear else COMAR_SAFE)
        facts["mx_entry_time"] = _one(draw, {"under_6_weeks": 35, "over_6_weeks": 65})
        facts["deported_to_mx"] = draw.random() < 0.08


def _in_the_us(draw: Random, facts: Facts) -> None:
    here, home, fear = facts["location_country"] == "US", str(facts["nationality"]), bool(facts["fear_return"])
    years = min(60, int(draw.expovariate(1 / 7))) if here else 0
    facts["in_us_over_1_year"] = years >= 1
    facts["in_us_under_2_years"] = here and years < 2
    facts["in_us_since_1990"] = years >= 36
    facts["us_entry"] = "not_in_us"
    if here:
        entry = {"visa": 25, "parole": 22, "crossed_without_papers": 48, "refugee": 3, "other": 2}
        facts["us_entry"] = _one(draw, entry)
    facts["in_us_court"] = here and draw.random() < (0.45 if fear else 0.2)
    facts["had_tps"] = here and draw.random() < HAD_TPS.get(home, 0)
    facts["had_daca"] = here and 19 <= int(facts["age"]) <= 45 and draw.random() < (0.12 if home == "MX" else 0.03)
    elsewhere = 0.2 if facts["location_country"] == "CA" else 0.08
    facts["asked_asylum_us"] = draw.random() < ((0.45 if fear else 0.1) if here else elsewhere)


def _in_canada(draw: Random, facts: Facts) -> None:
    here = facts["location_country"] == "CA"
    entries = {"within_1_year": 55, "over_1_year": 45} if here else {"never": 97, "within_1_year": 1, "over_1_year": 2}
    facts["ca_first_entry"] = _one(draw, entries)
    facts["ca_entry_way"] = "not_in_canada"
    if here:
        facts["ca_entry_way"] = _one(draw, {
            "air_or_sea": 62, "official_land_crossing": 22, "between_crossings_under_14_days": 3,
            "between_crossings_14_days_or_more": 13,
        })  # fmt: skip
    facts["ca_visa_valid"] = draw.random() < (0.4 if here else 0.02)
    facts["ca_claim"] = "none"
    if here:
        facts["ca_claim"] = _one(draw, CLAIM_AFRAID if facts["fear_return"] else CLAIM_SAFE)


def _skills_and_needs(draw: Random, facts: Facts) -> None:
    here, home = facts["location_country"], facts["nationality"]
    facts["skilled_work"] = int(facts["age"]) > 19 and draw.random() < 0.3
    english = draw.random() < (0.35 if here in ("US", "CA") else 0.1)
    french = draw.random() < (0.3 if home in ("HT", "SN") else 0.01)
    spoken = {(True, True): "both", (True, False): "english", (False, True): "french"}
    facts["ca_language"] = spoken.get((english, french), "none")
    facts["was_lpr_stuck_abroad"] = here != "US" and draw.random() < 0.004
    facts["urgent_need"] = draw.random() < 0.02
    facts["worked_for_us"] = home in ("AF", "IQ") and draw.random() < 0.2


def _grave_things(draw: Random, facts: Facts) -> None:
    in_us = facts["location_country"] == "US"
    facts["abused_by_us_family"] = facts["us_family"] in ("spouse_citizen", "lpr_spouse") and draw.random() < 0.15
    facts["crime_victim_us"] = in_us and draw.random() < 0.07
    facts["trafficking"] = in_us and draw.random() < 0.02
    facts["parent_hurt_or_left"] = int(facts["age"]) < 21 and draw.random() < 0.4
    facts["harmed_here"] = "none"
    if _abroad(facts) and draw.random() <= 0.15:
        facts["harmed_here"] = _one(draw, {"serious_crime": 75, "trafficking": 10, "partner_violence": 15})
