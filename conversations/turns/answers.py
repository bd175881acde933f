"""What an answer leads to: it is kept, asked back, or not understood; and what an option of one of our prompts does."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from conversations.events import Event, Text
from conversations.planner import Plan
from conversations.prompts import PROMPTS
from conversations.questions import SKIPPED, Answer, answer_fact
from conversations.replies import Chosen, Legal, Reply, Say
from conversations.rules import UNMET, facts_of
from conversations.session import Asked
from conversations.turns import beginning, places
from conversations.turns.talk import Talk, Turn, run_name
from conversations.understanding import Answered, Located, Picked, Ticked, Unclear, Understood, Unread, read

IDLE = timedelta(hours=3)
"""After this pause an answer is asked back before it counts: the question may be forgotten."""

CROSSED = timedelta(seconds=1)
"""Within this time of the person's last message nobody can have read what it led to: what they write then may be a
correction of that one (FC-23)."""

DOUBLE_TAP = timedelta(seconds=10)
"""A button pressed again within this time was pressed by a nervous finger: one answer, no second reply."""

COST_PAGE, CARE_PAGE = 1, 3
"""Pages of a card on a brief channel."""

ASKED_BACK = {"guess": "guess", "range": "range", "contradiction": "contradiction"}
"""Reasons for asking back that have a prompt of their own; the others list what was near."""


def answer(talk: Talk, event: Event, understood: Understood) -> Turn:
    """The turn for what was said to what is open."""
    asked = talk.here.asked
    match understood:
        case Answered(answers) if asked and all(given.chosen for given in answers.values()) and talk.pause > IDLE:
            return _ask_back(talk, answers, "session.resumed")
        case Answered(answers) if asked and all(given.chosen for given in answers.values()) and _crossed(talk, event):
            return _ask_back(talk, answers, "odd.too_early")
        case Answered(answers):
            return store(talk, answers)
        case Ticked(item) if asked:
            return _tick(talk, asked, item)
        case Picked(option) if asked:
            return pick(talk, option, asked)
        case Located():
            return places.place(talk, understood)
        case Unread(kind):
            return talk.again(Say(f"odd.{kind}"), note=f"unread:{kind}")
        case Unclear():
            return _unclear(talk, understood)
    return talk.again(Say("end.no_question"))


# ---------------------------------------------------------------------- keeping


def store(talk: Talk, answers: Mapping[str, Answer], *said: Reply) -> Turn:
    """Keep answers, drop those that hung on an earlier one, and go on."""
    kept = dict(talk.here.answers)
    for id, given in answers.items():
        kept = _without_dependents(talk, kept, id, given)
        kept[id] = _together(kept.pop(id, SKIPPED), given)
    turn = talk.on(replace(talk.here, answers=kept, misses=0)).go_on(*said)
    return replace(turn, notes=(*(f"answered:{id}" for id in answers), *turn.notes))


def _without_dependents(talk: Talk, answers: dict[str, Answer], changed: str, given: Answer) -> dict[str, Answer]:
    """If the answer that another hangs on changes, that other answer goes.

    A question that hangs on the very option (a relative's papers) goes in any case; one that hangs on a line of a
    checklist stays while that line does.
    """
    if answers.get(changed, given) == given:
        return answers
    known = Plan(talk.guide, {**answers, changed: given}, talk.may_ask_private).known
    return {id: kept for id, kept in answers.items() if not _falls(talk, id, changed, known)}


def _falls(talk: Talk, id: str, changed: str, known: "Mapping[str, frozenset[str | int | bool]]") -> bool:
    question = talk.guide.question(id)
    if question is None:
        return False
    facts = facts_of(question.applies)
    if answer_fact(changed) in facts:
        return True
    hangs = any(fact.startswith(f"{answer_fact(changed)}:") for fact in facts)
    return hangs and question.applies.judge(known) is UNMET


def _together(before: Answer, after: Answer) -> Answer:
    """A checklist put again for lines not shown before: both answers count."""
    if before.skipped or after.skipped or not before.shown or set(before.shown) & set(after.shown):
        return after
    return Answer(before.chosen + after.chosen, before.shown + after.shown)


def _tick(talk: Talk, asked: Asked, item: str) -> Turn:
    """A line of a checklist was tapped: shown again with it marked, or no longer."""
    ticked = set(asked.ticked) ^ {item}
    return talk.ask(replace(asked, ticked=tuple(o for o in asked.options if o in ticked)), shorter=True)


def _crossed(talk: Talk, event: Event) -> bool:
    """Whether a text came before its question could be read, and would answer the question before as well."""
    before = talk.guide.question(next(reversed([*talk.here.answers]), ""))
    if not isinstance(event, Text) or talk.pause > CROSSED or before is None:
        return False
    then = replace(talk.here, asked=Asked(before.id, talk.options(before)))
    return isinstance(read(event, then, talk.guide, talk.guide.lexicon), Answered)


def _ask_back(talk: Talk, answers: Mapping[str, Answer], why: str) -> Turn:
    """An answer after hours, or too soon: the question it answers is named before it is used."""
    id, given = next(iter(answers.items()))
    said = Say(why, {"answer": Chosen(id, given.chosen)})
    return talk.ask(Asked("guess", PROMPTS["guess"], given.chosen, id), Say(f"ask.{id}"), said, shorter=True)


# ---------------------------------------------------------------------- our own prompts


def pick(talk: Talk, option: str, asked: Asked) -> Turn:
    """What an option of one of our own prompts does."""
    match asked.id:
        case "language":
            return beginning.choose_language(talk, Picked(option))
        case "consent" if option == "no_thanks":
            return beginning.decline(talk)
        case "consent":
            return talk.on(replace(talk.here, consent=True, misses=0)).go_on(note="consented")
        case "private":
            told = "no_private" if option == "skip_these" else "private"
            return talk.on(replace(talk.here, told=talk.here.told | {told})).go_on()
        case "restart" | "resume":
            return _begin_or_go_on(talk, option)
        case "stop_inside" if option == "stop_writing":
            return beginning.stopped(talk, Say("stop.done"))
        case "stop_inside":
            return talk.go_on(Say("stop.kept_on"))
        case "change":
            return talk.put(option, before=talk.here.answers.get(option, SKIPPED))
        case "miss":
            return _after_misses(talk, option, asked.subject)
        case "which" | "guess" | "range" | "contradiction":
            return _confirmed(talk, option, asked)
        case "lines":
            return _lines_then_on(talk, option, asked)
        case "town_choice" | "town_guess" | "near_centre":
            return places.picked(talk, option, asked)
    return _pick_shown(talk, option, asked)


def _pick_shown(talk: Talk, option: str, asked: Asked) -> Turn:
    """Options under results, cards and places."""
    match option:
        case "keep_answering":
            return talk.go_on()
        case "centre":
            return talk.ask_town()
        case "change":
            return change(talk)
        case "person":
            return talk.again(talk.contact())
        case "results" | "back_to_list":
            return talk.results()
        case "more":
            return talk.results(page=asked.page + 1)
        case "more_places":
            return places.more(talk)
        case "legal_help":
            return talk.again(Say("legal.lead"), Say("legal.line", {"legal": Legal(talk.country)}))
        case "cost_papers":
            return talk.card(asked.subject, COST_PAGE)
        case "careful":
            return talk.card(asked.subject, CARE_PAGE)
    return talk.card(option)


def change(talk: Talk) -> Turn:
    """Which answer to change: topics only, without the answers."""
    answered = tuple(id for id in talk.here.answers if talk.guide.question(id))
    return talk.ask(Asked("change", answered)) if answered else talk.again(Say("change.nothing"))


def _begin_or_go_on(talk: Talk, option: str) -> Turn:
    if option == "keep_going":
        return talk.go_on()
    if option == "someone_else":
        return beginning.greet(talk)
    fresh = replace(talk.here, answers={}, told=frozenset(), misses=0, run=run_name(talk.now))
    return talk.on(fresh).go_on()


def _after_misses(talk: Talk, option: str, question: str) -> Turn:
    calm = talk.on(replace(talk.here, misses=0))
    match option:
        case "skip" if talk.guide.question(question):
            return store(talk, {question: SKIPPED}, Say("skip.done"))
        case "language":
            return calm.menu()
        case "person":
            return calm.go_on(talk.contact())
    return calm.go_on()


def _lines_then_on(talk: Talk, country: str, asked: Asked) -> Turn:
    """The lines of a country, then on where we were; naming the country answers where they are, if that was open."""
    said = beginning.country_lines(talk, country)
    question = talk.guide.question(asked.subject)
    if question is not None and "location_country" in question.fills:
        return store(talk, {question.id: Answer((country,))}, said)
    return talk.go_on(said)


# ---------------------------------------------------------------------- not understood


def _unclear(talk: Talk, unclear: Unclear) -> Turn:
    asked = talk.here.asked
    match unclear.reason:
        case "same_tap" if talk.pause <= DOUBLE_TAP:
            return Turn(talk.here, (), ("same_tap",))
        case "old_tap" | "same_tap":
            return talk.again(Say("odd.old_button"), note="old_tap")
        case "edited":
            return talk.again(Say("odd.edited"))
        case "document_number" | "empty":
            return talk.again(Say(f"error.{unclear.reason}"))
    if asked is None:
        return talk.again()
    if unclear.options:
        return _confirm(talk, unclear, asked)
    return _missed(talk.on(replace(talk.here, misses=talk.here.misses + 1)), unclear, asked)


def _confirm(talk: Talk, unclear: Unclear, asked: Asked) -> Turn:
    """Ask back instead of guessing."""
    subject = asked.subject if asked.id == "which" else asked.id
    note = f"unclear:{unclear.reason}"
    prompt = ASKED_BACK.get(unclear.reason)
    if prompt is None:
        return talk.ask(Asked("which", unclear.options, subject=subject), note=note)
    return talk.ask(Asked(prompt, PROMPTS[prompt], unclear.options, subject), note=note)


def _confirmed(talk: Talk, option: str, asked: Asked) -> Turn:
    """The answer to a question asked back."""
    question = talk.guide.question(asked.subject)
    if question is None:
        return talk.go_on()
    if option == "no":
        return talk.put(question.id)
    chosen = {
        "yes": asked.ticked,
        "all_of_them": asked.ticked,
        "the_others": asked.ticked,
        "just_two": (*asked.ticked[:1], *asked.ticked[-1:]),
        "only_none": (),
    }.get(option, (option,))
    lines = {*talk.options(question), *chosen} if question.kind == "several" else set()
    shown = tuple(item.id for item in question.items if item.id in lines)
    return store(talk, {question.id: Answer(chosen, shown)})


def _missed(talk: Talk, unclear: Unclear, asked: Asked) -> Turn:
    """Not understood: other help each time, and a way round at the third."""
    misses, note = talk.here.misses, f"unclear:{asked.id}"
    if asked.id == "town":
        return places.missed(talk, asked)
    if asked.id == "consent":
        return talk.ask(asked, Say("consent.unclear"), note=note, shorter=True) if misses % 2 else talk.again(note=note)
    if asked.id == "miss":
        return talk.put(asked.subject)
    if misses >= 3 and talk.guide.question(asked.id):
        return talk.ask(Asked("miss", PROMPTS["miss"], subject=asked.id), note=note)
    if misses % 2 == 0 and asked.options:
        example = Chosen(asked.subject if asked.id == "which" else asked.id, asked.options[:1])
        text = "error.unclear.second" if talk.guide.question(asked.id) else "error.unclear.second.menu"
        return talk.ask(asked, Say(text, {"example": example}), note=note, shorter=True)
    return talk.ask(asked, _first_help(unclear), note=note, shorter=True)


def _first_help(unclear: Unclear) -> Say:
    match unclear.reason:
        case "out_of_range" if unclear.low < unclear.high:
            return Say("error.out_of_range", {"low": unclear.low, "high": unclear.high})
        case "one_only":
            return Say("error.one_only")
        case "no_country":
            return Say("country.not_found")
    return Say("error.unclear.first")
