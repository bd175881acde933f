"""What is broken on purpose, one function each: it runs while people write, and returns when all is whole again.

A scenario knows how to break and mend; what came of it is read from the ledgers afterwards. Each proves that its fault
was there: a server that was to be loading was seen loading, a point to be killed at was reached.
"""

import asyncio
import contextlib
import itertools
import random
import signal
import statistics
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from shutil import copytree
from time import monotonic

from redis.crc import key_slot
from redis.exceptions import RedisError

from bot.messages import CHANNELS, ChannelName
from bot.store.counts import this_day
from bot.store.redis import RedisStore
from bot.vault import PARTITIONS, Vault
from tests.faults.carriers import Mood
from tests.faults.load import WORDS, Load, Person, stranger, twilio
from tests.faults.points import AFTER
from tests.faults.process import LEASE, POISON
from tests.faults.stores import TOPOLOGIES, Node, Topology
from tests.faults.tags import read
from tests.faults.town import Process, Town
from tests.polling import until
from tests.processes import ROOT

MOST_MEMORY = 300
"""MB that a process may ever have taken; the guide and the libraries alone take 170."""


@dataclass(frozen=True, slots=True)
class Size:
    """How large. `minute`: how long a carrier stays closed; `spell`: how long most other faults last, in seconds."""

    name: str
    people: int
    messages: int
    rate: float
    minute: float
    spell: float
    flood: int
    settings: Mapping[str, str] = field(default_factory=dict)
    patience: float = 90.0


SMALL = Size("small", people=16, messages=3, rate=80, minute=2, spell=1, flood=40, settings={LEASE: "1"}, patience=30)
FULL = Size("full", people=200, messages=10, rate=100, minute=60, spell=5, flood=500)


@dataclass
class Stage:
    """Where a scenario is played. `notes` go into the table; `recoveries` are seconds, where there are several."""

    town: Town
    load: Load
    size: Size
    notes: list[str] = field(default_factory=list)
    recoveries: list[float] = field(default_factory=list)


Fault = Callable[[Stage], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A fault and where it can be had. `perhaps`: replies on their way may come twice."""

    name: str
    fault: Fault
    topologies: Sequence[Topology] = TOPOLOGIES
    perhaps: bool = False


SCENARIOS: list[Scenario] = []


def scenario(name: str, *topologies: Topology, perhaps: bool = False) -> Callable[[Fault], Fault]:
    """Enter a fault in the list."""

    def enter(fault: Fault) -> Fault:
        SCENARIOS.append(Scenario(name, fault, topologies or TOPOLOGIES, perhaps))
        return fault

    return enter


# ---------------------------------------------------------------------- nothing


@scenario("nothing")
async def nothing(stage: Stage) -> None:
    """The measure of the others: duplicates, bursts and old messages alone."""
    await stage.load.past(0.5)
    stage.notes.append(_delays("answers", stage.load.delays(stage.load.people)))


# ---------------------------------------------------------------------- processes killed


@scenario("web worker killed at every store call")
async def web_killed(stage: Stage) -> None:
    """Before each call and after it, one after another."""
    await _killed_everywhere(stage, "web", one_by_one=False)


@scenario("sender killed at every call", perhaps=True)
async def sender_killed(stage: Stage) -> None:
    """Calls to the store, and to the carriers before and after their answer."""
    await _killed_everywhere(stage, "sender", one_by_one=True)


@scenario("all killed at once", perhaps=True)
async def all_killed(stage: Stage) -> None:
    """Hosts, senders and the store."""
    await stage.load.past(0.4)
    for process in stage.town.processes:
        process.kill()
    for node in stage.town.store.nodes:
        node.end()
    for node in stage.town.store.nodes:
        node.start()
    await _whole(stage.town)


@scenario("store killed, then on from its file")
async def store_killed(stage: Stage) -> None:
    """Every server of it."""
    await _restarted(stage, signal.SIGKILL)


@scenario("store restarted")
async def store_restarted(stage: Stage) -> None:
    """Politely."""
    await _restarted(stage, signal.SIGTERM)


async def _restarted(stage: Stage, how: int) -> None:
    await stage.load.past(0.4)
    for node in stage.town.store.nodes:
        node.end(how)
    await asyncio.sleep(stage.size.spell)
    for node in stage.town.store.nodes:
        node.start()
    await _whole(stage.town)


async def _killed_everywhere(stage: Stage, role: str, *, one_by_one: bool) -> None:
    """Kill one process of a role at each of its points; points that show only meanwhile have their turn, too.

    `one_by_one`: each time wait until everybody has their answers.
    """
    points, done, slowest = stage.town.points, set[str](), ""
    async with _rare_things(stage, role):
        await stage.load.past(0.3)
        while todo := [point for point in points.seen(role) if point not in done and _is_due(point, stage.size)]:
            for point in todo:
                await _killed_at(stage, point)
                done.add(point)
                if one_by_one:
                    stage.recoveries.append(await stage.load.caught_up())
                    slowest = point if stage.recoveries[-1] == max(stage.recoveries) else slowest
    stage.notes.append(f"{len(done)} kills" + (f", slowest after {slowest}" if slowest else ""))
    await _whole(stage.town)


async def _killed_at(stage: Stage, point: str) -> None:
    """Wait until somebody has died there."""
    points, began = stage.town.points, monotonic()
    points.arm(point)
    try:
        while not points.is_claimed(point):
            assert monotonic() < began + 40, f"nobody came to the point: {point}"
            if "was_sent" in point:
                _leave_in_doubt(stage, next(channel for channel in CHANNELS if channel in point))
            with contextlib.suppress(AssertionError):
                await until(lambda: points.is_claimed(point), within=1)
    finally:
        points.disarm(point)


def _leave_in_doubt(stage: Stage, channel: ChannelName) -> None:
    """Let a carrier take a message without a word: only such a message is looked up."""
    person = stranger(channel)
    stage.town.carriers.doubted.add(person.address)
    stage.load.arrive(person, 1)


def _is_due(point: str, size: Size) -> bool:
    """Whether to kill there. After a call and before the next are the same to the store, and channels are much alike:
    at a small size each call has one point.

    Not where a message is given up: that must not be reached at all, and is seen as a message lost.
    """
    _, call, when = point.split()
    few = when == AFTER and not call.endswith(("-whatsapp", "-telegram"))
    return call != "bury" and (size is FULL or few or call == "send-sms")


@asynccontextmanager
async def _rare_things(stage: Stage, role: str) -> AsyncIterator[None]:
    """What seldom happens happens often: newcomers, people who want no more, polite restarts."""
    happening = asyncio.create_task(_happen(stage, _seldom_on_the_web if role == "web" else _seldom_in_a_sender))
    try:
        yield
    finally:
        happening.cancel()
        await asyncio.gather(happening, return_exceptions=True)


async def _happen(stage: Stage, things: Callable[[Stage, int], Awaitable[None]]) -> None:
    for number in itertools.count():
        await things(stage, number)
        await asyncio.sleep(0.3)


async def _seldom_on_the_web(stage: Stage, number: int) -> None:
    stage.load.arrive(stranger(), 2)
    gone = {"MessageSid": f"SM{number}", "MessageStatus": "failed", "ErrorCode": "30005", "To": "+12045550100"}
    await stage.town.report(gone)
    await asyncio.gather(*(stage.town.is_ready(host) for host in stage.town.hosts))


async def _seldom_in_a_sender(stage: Stage, number: int) -> None:
    stage.load.arrive(stranger("telegram"), 1)
    if number < len(CHANNELS):
        _leave_in_doubt(stage, CHANNELS[number])
    if number % 8 == 7:
        stage.town.senders[number // 8 % 2].ask_to_end()


# ---------------------------------------------------------------------- the store in trouble


@scenario("store loading")
async def loading(stage: Stage) -> None:
    """It answers, and says that it is not there yet."""
    store = stage.town.store
    await stage.load.past(0.3)
    for node in store.primaries:
        await _fill(node, 3000)
        await node.ask("BGREWRITEAOF")
        await until(lambda node=node: _is_rewritten(node))  # type: ignore[misc]
        node.end(signal.SIGTERM)
        node.start(key_load_delay="500", loading_process_events_interval_bytes="1024")
    await asyncio.gather(*(_seen(node, "LOADING", "PING") for node in store.primaries))
    await asyncio.sleep(stage.size.spell)
    await asyncio.gather(*(node.ask("CONFIG", "SET", "key-load-delay", "0") for node in store.primaries))
    await _whole(stage.town)


@scenario("store demoted, then promoted: READONLY", "one")
async def demoted(stage: Stage) -> None:
    """As after a failover that went wrong."""
    node = stage.town.store.nodes[0]
    await stage.load.past(0.4)
    await node.ask("REPLICAOF", "127.0.0.1", "1")
    await _seen(node, "READONLY", "SET", "probe", "1", "PX", "1")
    await asyncio.sleep(stage.size.spell)
    await node.ask("REPLICAOF", "NO", "ONE")
    await _whole(stage.town)


@scenario("failover to the replica: READONLY", "replica")
async def failover(stage: Stage) -> None:
    """The address leads to the new primary; connections that are open stay with the old one."""
    store = stage.town.store
    await stage.load.past(0.4)
    await store.fail_over()
    await _seen(store.nodes[1], "READONLY", "SET", "probe", "1", "PX", "1")
    store.lead()
    await _whole(stage.town)


@scenario("store out of memory")
async def out_of_memory(stage: Stage) -> None:
    """It takes nothing more, and evicts nothing."""
    await stage.load.past(0.4)
    for node in stage.town.store.nodes:
        await node.ask("CONFIG", "SET", "maxmemory", "1")
    for node in stage.town.store.primaries:
        await _seen(node, "OOM", "SET", _key_of(node, stage.town), "1", "PX", "1")
    await asyncio.sleep(stage.size.spell)
    for node in stage.town.store.nodes:
        await node.ask("CONFIG", "SET", "maxmemory", "0")
    await _whole(stage.town)


@scenario("store slow: 3 s")
async def slow(stage: Stage) -> None:
    """Every answer comes three seconds late, which is longer than anybody waits."""
    await stage.load.past(0.3)
    stage.town.store.proxy.order(delay=3)
    await asyncio.sleep(3 + stage.size.spell)
    stage.town.store.proxy.order(delay=0)
    stage.notes.append(f"{stage.load.answers[503]} answers 503")
    assert stage.load.answers[503], "nobody noticed"
    await _whole(stage.town)


@scenario("connections to the store reset")
async def resets(stage: Stage) -> None:
    """All at once, again and again; and some at an answer, so that what was asked for is done and nobody is told."""
    await stage.load.past(0.2)
    stage.town.store.proxy.order(cut=0.02)
    for _ in range(8):
        await asyncio.sleep(stage.size.spell / 4)
        stage.town.store.proxy.order(reset=True)
    stage.town.store.proxy.order(cut=0)
    await _whole(stage.town)


@scenario("scripts forgotten: NOSCRIPT")
async def no_script(stage: Stage) -> None:
    """Again and again."""
    await stage.load.past(0.2)
    for _ in range(10):
        for node in stage.town.store.primaries:
            await node.ask("SCRIPT", "FLUSH")
        await asyncio.sleep(stage.size.spell / 5)


@scenario("slots migrate", "cluster")
async def slots_migrate(stage: Stage) -> None:
    """Those of a few partitions, from each primary to the next, key by key."""
    await stage.load.past(0.2)
    nodes, moved = stage.town.store.nodes, 0
    for source, target in zip(nodes, (*nodes[1:], nodes[0]), strict=True):
        owned = await _slots_of(source)
        for slot in owned[:6]:
            moved += await _move(slot, source, target, nodes)
    stage.notes.append(f"{moved} keys")
    assert moved, "nothing moved"
    await _whole(stage.town)


@scenario("one primary lost", "cluster")
async def primary_lost(stage: Stage) -> None:
    """And back with its file; meanwhile the whole cluster is down, and later its slots are where they were."""
    store = stage.town.store
    await stage.load.past(0.3)
    store.nodes[1].end()
    await _seen(store.nodes[0], "CLUSTERDOWN", "SET", "probe", "1", "PX", "1")
    await asyncio.sleep(stage.size.spell)
    store.nodes[1].start()
    await _whole(stage.town)


# ---------------------------------------------------------------------- the carriers in trouble


@scenario("carriers answer 429 with Retry-After")
async def throttled(stage: Stage) -> None:
    """Everything, for a while."""
    await _mood(stage, Mood(status=429, after=1, again=True), stage.size.spell)


@scenario("carriers answer 5xx")
async def server_errors(stage: Stage) -> None:
    """The first attempt of every message."""
    await _mood(stage, Mood(status=503), stage.size.spell * 2)


@scenario("carriers answer 5xx for a while")
async def long_server_errors(stage: Stage) -> None:
    """Every call, whatever its method."""
    await _mood(stage, Mood(status=503, again=True), stage.size.minute / 3)


@scenario("carriers take it and never answer", perhaps=True)
async def never_answered(stage: Stage) -> None:
    """The connection ends, or at full size the patience of the sender."""
    await stage.load.past(0.2)
    await _mood(stage, Mood(cut=True, takes=True, share=0.3), stage.size.spell)
    if stage.size is FULL:
        await _mood(stage, Mood(takes=True, hang=17, share=0.1), stage.size.spell)


@scenario("carriers refuse connections")
async def refused(stage: Stage) -> None:
    """For a minute at full size."""
    await stage.load.past(0.3)
    await stage.town.carriers.refuse()
    await asyncio.sleep(stage.size.minute)
    await stage.town.carriers.open()


@scenario("callbacks repeated and out of order")
async def callbacks(stage: Stage) -> None:
    """Of every message."""
    carriers, before = stage.town.carriers, stage.town.callbacks.total()
    usual = carriers.told
    carriers.told, carriers.shuffled = 1.0, True
    try:
        await stage.load.past(0.9)
    finally:
        carriers.told, carriers.shuffled = usual, False
    stage.notes.append(f"{stage.town.callbacks.total() - before} callbacks")
    assert set(stage.town.callbacks) <= {200, 503}


async def _mood(stage: Stage, mood: Mood, seconds: float) -> None:
    carriers = stage.town.carriers
    await stage.load.past(0.2)
    before = carriers.failures
    carriers.all_in_mood(mood)
    try:
        await asyncio.sleep(seconds)
    finally:
        carriers.moods.clear()
    stage.notes.append(f"{carriers.failures - before} failures")
    assert carriers.failures > before, "no message met the fault"


# ---------------------------------------------------------------------- one who is slow must not hold up the others


@scenario("one carrier is slow")
async def slow_carrier(stage: Stage) -> None:
    """WhatsApp takes two seconds a message; SMS and Telegram must not feel it."""
    await stage.load.past(0.1)
    stage.town.carriers.moods["whatsapp"] = Mood(slow=2.0, again=True)
    await asyncio.sleep(stage.size.spell * 3)
    others = [person for person in stage.load.people if person.channel == "sms"]
    await _not_held_up(stage, others)
    stage.town.carriers.moods.clear()


@scenario("one person sends hundreds")
async def flood(stage: Stage) -> None:
    """And their phone is slow as well. No process grows with it, nor with all that came before."""
    await stage.load.past(0.1)
    others, flooder = list(stage.load.people), stranger()
    stage.town.carriers.slow_people[flooder.address] = 0.02
    await stage.load.flood(flooder, stage.size.flood)
    await _not_held_up(stage, [person for person in others if person.channel != "telegram"])
    largest = max(process.peak() for process in stage.town.processes)
    stage.notes.append(f"largest process {largest:.0f} MB")
    assert largest < MOST_MEMORY


async def _not_held_up(stage: Stage, others: Sequence[Person]) -> None:
    delays = stage.load.delays(others)
    stage.notes.append(_delays("others", delays))
    assert statistics.median(delays) < 1.0, "others are held up"


def _delays(who: str, delays: Sequence[float]) -> str:
    if not delays:
        return f"{who}: none yet"
    return f"{who}: median {statistics.median(delays):.2f} s, worst {max(delays):.2f} s"


# ---------------------------------------------------------------------- our own faults, and our own changes


@scenario("a step raises for one input")
async def poison(stage: Stage) -> None:
    """An apology, a count, and nobody else the wiser."""
    unlucky = stage.load.people[::6]
    store = RedisStore(stage.town.store.url, Vault.from_text(stage.town.env["RUMBO_KEYS"]))
    try:
        before = (await store.counted(this_day()))["fault"]
        for person in unlucky:
            person.words = (*WORDS[:3], POISON)
        await stage.load.past(0.6)
        await until(lambda: any(POISON in person.texts.values() for person in unlucky), within=30)
        for person in unlucky:
            person.words = WORDS
        poisoned = [id for person in unlucky for id, text in person.texts.items() if text == POISON]

        def apologies() -> int:
            told = [text for person in unlucky for text in stage.town.carriers.texts(person.address)]
            tags = {tag.id for text in told if (tag := read(text)) and stage.town.env["RUMBO_CONTACT"] in text}
            return sum(id in tags for id in poisoned)

        await until(lambda: apologies() == len(poisoned), within=30)
        counted = (await store.counted(this_day()))["fault"] - before
        assert counted == len(poisoned), f"{counted} faults counted, {len(poisoned)} happened"
        stage.notes.append(f"{counted} faults")
    finally:
        await store.close()


@scenario("deploy, one by one, with other content")
async def deploy(stage: Stage) -> None:
    """Each process ends within ten seconds, and the next release goes on with what people have said."""
    root = _release(stage.town)
    await stage.load.past(0.2)
    longest = 0.0
    for process in stage.town.processes:
        longest = max(longest, await process.ends())
        process.root = root
        process.start()
        await _serves(stage.town, process)
    stage.notes.append(f"ended within {longest:.1f} s")
    assert longest <= 10.5


@scenario("SIGTERM to all at once, calls under way")
async def terminated(stage: Stage) -> None:
    """Each ends within ten seconds, whatever the carrier does; then all start again."""
    await stage.load.past(0.3)
    stage.town.carriers.moods["sms"] = Mood(takes=True, hang=2.0, again=True, share=0.2)
    await asyncio.sleep(stage.size.spell)
    longest = max(await asyncio.gather(*(process.ends() for process in stage.town.processes)))
    stage.town.carriers.moods.clear()
    for process in stage.town.processes:
        process.start()
    await _whole(stage.town)
    stage.notes.append(f"ended within {longest:.1f} s")
    assert longest <= 10.5


def _release(town: Town) -> Path:
    """Another release: the same code, other content."""
    root = Path(f"{town.folder}/release-{random.getrandbits(32):08x}")
    for name in ("bot", "conversations", "locales"):
        copytree(ROOT / name, root / name)
    centres = root / "conversations" / "content" / "centres.yaml"
    centres.write_text(centres.read_text("utf-8") + "\n# another release\n", "utf-8")
    return root


async def _serves(town: Town, process: Process) -> None:
    if process.role == "web":
        await until(lambda: town.is_ready(process), within=30)


# ---------------------------------------------------------------------- static help


@scenario("drill: fallback while the store is away")
async def fallback(stage: Stage) -> None:
    """Twilio comes for words that need no store: once to each person, at each host."""
    async with _store_away(stage):
        for host in stage.town.hosts:
            for sender in ("+12055550111", "whatsapp:+12055550112"):
                path, request = twilio("/twilio/fallback", From=sender, Body="hola", MessageSid="SM1")
                answers = [await stage.town.posted(host, path, request) for _ in range(2)]
                assert [status for status, _ in answers] == [200, 200]
                first, second = (body for _, body in answers)
                assert "<Message>" in first
                assert "911" in first
                assert "<Message>" not in second


@scenario("drill: 503 while the store is away")
async def unavailable(stage: Stage) -> None:
    """Deliver again, says every webhook; on Telegram, which has no fallback, the same words come by themselves."""
    async with _store_away(stage):
        for host in stage.town.hosts:
            path, request = twilio("/twilio/inbound", From="+12055550113", Body="hola", MessageSid="SM2")
            assert (await stage.town.posted(host, path, request))[0] == 503
            assert await stage.town.status(host, "/health/ready") == 503
            assert await stage.town.status(host, "/health/live") == 200
        chat = stranger_on_telegram()
        lone = asyncio.create_task(stage.load.bring(chat, "u7654321", "hola"))
        texts = stage.town.carriers.texts
        await until(lambda: any("911" in text and not read(text) for text in texts(chat.address)), within=15)
    await lone


def stranger_on_telegram() -> Person:
    """Somebody new there."""
    return Person("telegram", str(8_000_000 + random.getrandbits(20)))


@asynccontextmanager
async def _store_away(stage: Stage) -> AsyncIterator[None]:
    await stage.load.past(0.4)
    for node in stage.town.store.nodes:
        node.end()
    try:
        yield
    finally:
        for node in stage.town.store.nodes:
            node.start()
    await _whole(stage.town)


# ---------------------------------------------------------------------- what they share


async def _whole(town: Town) -> None:
    """Wait until everything is up again: store, hosts and senders."""
    await town.store.up()
    await town.up()


async def _seen(node: Node, error: str, *command: str) -> None:
    """Wait until a server answers a command with this error: the fault is there."""

    async def answered_so() -> bool:
        try:
            await node.ask(*command)
        except (RedisError, OSError) as problem:
            return error in str(problem) or error.lower() in type(problem).__name__.lower() or _means(error, problem)
        return False

    await until(answered_so, within=15)


def _means(error: str, problem: Exception) -> bool:
    """redis-py takes the code off some errors."""
    words = {"LOADING": "loading", "READONLY": "read only", "OOM": "maxmemory", "CLUSTERDOWN": "cluster is down"}
    return words[error] in str(problem).lower()


async def _fill(node: Node, keys: int) -> None:
    """Give a server enough to load that it is seen loading."""
    slots = (await _slots_of(node) or [0]) if await _is_clustered(node) else [0]
    tag = next(
        text for text in (f"{{f{n}}}" for n in itertools.count()) if not slots[0] or key_slot(text.encode()) in slots
    )
    script = "for i = 1, ARGV[1] do redis.call('SET', KEYS[1] .. i, '', 'PX', 600000) end"
    await node.ask("EVAL", script, 1, f"{tag}:fill", keys)


async def _is_rewritten(node: Node) -> bool:
    state = await node.ask("INFO", "persistence")
    return not (state["aof_rewrite_in_progress"] or state["aof_rewrite_scheduled"])


async def _is_clustered(node: Node) -> bool:
    return "cluster-enabled" in node.options


async def _slots_of(node: Node) -> list[int]:
    """The slots of a primary that hold partitions."""
    ours = {key_slot(f"{{p{partition:02}}}".encode()) for partition in range(PARTITIONS)}
    id = await node.ask("CLUSTER", "MYID")
    owned: list[int] = []
    for shard in await node.ask("CLUSTER", "SLOTS"):
        first, last, master = shard[0], shard[1], shard[2]
        if master[2] == id:
            owned += [slot for slot in ours if first <= slot <= last]
    return sorted(owned)


def _key_of(node: Node, town: Town) -> str:
    """A key that this server may hold."""
    if town.store.topology != "cluster":
        return "probe"
    share = 16384 / len(town.store.nodes)
    index = town.store.nodes.index(node)
    keys = (f"probe{number}" for number in itertools.count())
    return next(key for key in keys if index * share <= key_slot(key.encode()) < (index + 1) * share)


async def _move(slot: int, source: Node, target: Node, nodes: Sequence[Node]) -> int:
    """Move a slot the way operators do; how many keys."""
    from_id, to_id = await source.ask("CLUSTER", "MYID"), await target.ask("CLUSTER", "MYID")
    await target.ask("CLUSTER", "SETSLOT", slot, "IMPORTING", from_id)
    await source.ask("CLUSTER", "SETSLOT", slot, "MIGRATING", to_id)
    moved = 0
    while keys := await source.ask("CLUSTER", "GETKEYSINSLOT", slot, 5):
        await source.ask("MIGRATE", "127.0.0.1", target.port, "", 0, 5000, "KEYS", *keys)
        moved += len(keys)
    for node in (target, source, *(node for node in nodes if node not in (source, target))):
        await node.ask("CLUSTER", "SETSLOT", slot, "NODE", to_id)
    return moved
