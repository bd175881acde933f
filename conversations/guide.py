"""Everything the conversation knows, built once and handed in: facts, questions, pathways, centres, words.

Tests hand in a guide of two questions; the redeploy test hands in yesterday's and today's.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from conversations.catalogue import Catalogue
from conversations.centres import Centre, Hotline
from conversations.facts import Fact, Follows
from conversations.labels import label
from conversations.pathways import Notice, Pathway
from conversations.problems import Problems, nearest_id
from conversations.questions import Question
from conversations.reading import Entry, Reader
from conversations.results import Ages
from conversations.rules import facts_of
from conversations.understanding import Lexicon

FACTS, QUESTIONS, CENTRES, HOTLINES = "facts.yaml", "questions.yaml", "centres.yaml", "hotlines.yaml"


@dataclass(frozen=True, slots=True)
class Operator:
    """Who runs this copy of Rumbo. `contact`: a phone or mail that works without it; `url`: its genuine addresses.

    `hours`: how long answers are kept after the last message.
    """

    name: str
    contact: str
    url: str
    hours: int = 72


@dataclass(frozen=True, slots=True)
class LegalLink:
    """An official page that lists free legal help in a country. Its name is `legal.<id>` in the catalogues."""

    id: str
    country: str
    url: str


@dataclass(frozen=True)
class Guide:
    """The content of one release. `version` changes whenever any of it does."""

    version: str
    facts: Mapping[str, Fact]
    follows: tuple[Follows, ...]
    questions: tuple[Question, ...]
    pathways: tuple[Pathway, ...]
    notices: tuple[Notice, ...] = ()
    centres: tuple[Centre, ...] = ()
    hotlines: tuple[Hotline, ...] = ()
    legal_links: tuple[LegalLink, ...] = ()
    catalogues: Mapping[str, Catalogue] = field(default_factory=dict)
    word_lists: Callable[[], Lexicon] | None = None
    operator: Operator = Operator("Rumbo", "", "")
    ages: Ages = field(default_factory=Ages)
    _by_id: dict[str, Question] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._by_id.update({question.id: question for question in self.questions})

    def question(self, id: str) -> Question | None:
        """The question with this id, if there still is one."""
        return self._by_id.get(id)

    @property
    def lexicon(self) -> Lexicon:
        """The word lists that understanding needs, read at the first use; a guide for rules alone has none."""
        if self.word_lists is None:
            raise LookupError("this guide was built without word lists")
        return self.word_lists()

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages offered to people, in the order of the menu: those that are whole."""
        return tuple(self.catalogues)

    @property
    def served(self) -> frozenset[str]:
        """Countries where we know a place or a line."""
        return frozenset(c.country for c in self.centres) | frozenset(h.country for h in self.hotlines)

    def option_labels(self, question: str, option: str, language: str | None) -> tuple[str, ...]:
        """All labels of an option in every loaded language, the person's own first."""
        own_first = sorted(self.catalogues, key=lambda code: code != language)
        return tuple(label(self, question, option, self.catalogues[code]) for code in own_first)

    def pathway(self, id: str) -> Pathway | None:
        """The pathway with this id, if there still is one."""
        return next((pathway for pathway in self.pathways if pathway.id == id), None)


def parse_guide(documents: Mapping[str, Entry], version: str) -> Guide:
    """The guide made from parsed content files, by name ("facts.yaml", "pathways/us.yaml", …).

    Raises ContentError with every mistake in every file.
    """
    problems = Problems()
    reader = Reader(problems)
    with problems.at(FACTS, "facts"):
        facts = reader.read_facts(documents[FACTS])
        follows = reader.read_follows(documents[FACTS])
    with problems.at(QUESTIONS, "questions"):
        questions = reader.read_questions(documents[QUESTIONS])
    pathways: list[Pathway] = []
    notices: list[Notice] = []
    for name in sorted(documents):
        if name.startswith("pathways/"):
            with problems.at(name, "pathways"):
                pathways += reader.read_pathways(documents[name])
                notices += reader.read_notices(documents[name])
    with problems.at(CENTRES, "centres"):
        centres = reader.read_centres(documents[CENTRES])
    with problems.at(HOTLINES, "hotlines"):
        hotlines = reader.read_hotlines(documents[HOTLINES])
    guide = Guide(version, facts, follows, questions, tuple(pathways), tuple(notices), centres, hotlines)
    _check_references(guide, problems)
    problems.raise_if_any()
    return guide


def _check_references(guide: Guide, problems: Problems) -> None:
    _check_unique([*(p.id for p in guide.pathways), *(n.id for n in guide.notices)], problems)
    for question in guide.questions:
        with problems.at(QUESTIONS, f"questions.{question.id}"):
            for fact in facts_of(question.applies):
                _check_answer_guard(guide, fact, problems)
            for fact in question.fills:
                if fact in guide.facts and guide.facts[fact].policy == "never":
                    problems.add(f"asks for {fact}, which nobody is asked", "its policy in facts.yaml is never")
    rules = {p.id: p.rule for p in guide.pathways} | {n.id: n.rule for n in guide.notices}
    for id, rule in rules.items():
        with problems.at("pathways", id):
            for fact in facts_of(rule):
                if fact in guide.facts and guide.facts[fact].retired:
                    problems.add(f"tests {fact}, which is retired", "see `follows` in facts.yaml for what replaced it")


def _check_unique(ids: Iterable[str], problems: Problems) -> None:
    """Ids are unique across all pathway files, not just within one."""
    seen: set[str] = set()
    for id in ids:
        if id in seen:
            with problems.at("pathways", id):
                problems.add("this id stands in two places", "ids are never reused")
        seen.add(id)


def _check_answer_guard(guide: Guide, fact: str, problems: Problems) -> None:
    """A guard on an answer must name a question, and for a checklist one of its lines."""
    if not fact.startswith("answer:"):
        return
    _, question_id, *item = fact.split(":")
    question = guide.question(question_id)
    if question is None:
        problems.add(f"guard: no question {question_id!r}", nearest_id(question_id, (q.id for q in guide.questions)))
    elif item and question.item(item[0]) is None:
        problems.add(
            f"guard: {question_id} has no line {item[0]!r}", nearest_id(item[0], (i.id for i in question.items))
        )
