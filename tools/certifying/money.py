"""What answers cost: nothing appears, nothing is lost, nothing stays held."""

import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from tools.certifying.dialects import DIALECTS
from tools.certifying.fake_provider import FAIL
from tools.certifying.findings import Check
from tools.certifying.ground import QUOTA, Books, Ground
from tools.smoke import Failed

MANY, AT_ONCE = 40, 20
FULL = (429, 503)  # what a new account of AWS, which may run ten functions at once, says to some


def money(ground: Ground) -> Iterator[Check]:
    """Behind whatever else was asked."""
    yield "each answer has one entry", lambda: entries(ground.settled(), ground.answers)
    yield "what was there is what is left and what was charged", lambda: balanced(ground.books())
    yield "a repeated Idempotency-Key is charged once", lambda: repeated(ground)
    yield f"{MANY} requests of one key, {AT_ONCE} at once", lambda: at_once(ground)
    yield "a failed request costs nothing and holds nothing", lambda: failed(ground)


def entries(books: Books, answers: int) -> str:
    """As many, each with a cost, for requests of their own."""
    numbers = {entry["request_id"] for entry in books.entries}
    if not len(numbers) == len(books.entries) == answers:
        raise Failed(f"{len(books.entries)} entries of {len(numbers)} requests for {answers} answers")
    if free := [entry["model_name"] for entry in books.entries if entry["quota"] <= 0]:
        raise Failed(f"charged nothing for {free}")
    return f"{answers} entries"


def balanced(books: Books) -> str:
    """To the unit."""
    charged = sum(entry["quota"] for entry in books.entries)
    if books.held or books.quota + charged != QUOTA:
        raise Failed(f"{QUOTA} were there, {books.quota} are left, {charged} charged, {books.held} held")
    return f"{QUOTA} = {books.quota} + {charged}, nothing held"


def repeated(ground: Ground) -> str:
    """The second answer is the first."""
    key = uuid.uuid4().hex
    first, second = (ground.ask(DIALECTS[0], "once", idempotency_key=key) for _ in range(2))
    if not first.status_code == second.status_code == 200 or first.json() != second.json():
        raise Failed(f"status {first.status_code}, then {second.status_code}: {second.text[:300]}")
    ground.answers -= 1
    books = ground.settled()
    entries(books, ground.answers)
    return balanced(books)


def at_once(ground: Ground) -> str:
    """They contend for one wallet; whoever is answered is charged."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        statuses = [pool.submit(ground.send, DIALECTS[0], "hello") for _ in range(MANY)]
    told = Counter(sent.result().status_code for sent in statuses)
    ground.answers += told[200]
    if not told[200] or told.keys() - {200, *FULL}:
        raise Failed(f"statuses {dict(told)}")
    books = ground.settled()
    entries(books, ground.answers)
    return f"{told[200]} answered; {balanced(books)}"


def failed(ground: Ground) -> str:
    """Asked and answered with an error."""
    ground.ask(DIALECTS[0], FAIL)
    books = ground.settled()
    entries(books, ground.answers)
    return balanced(books)
