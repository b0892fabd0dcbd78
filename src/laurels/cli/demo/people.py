"""Who comes by: plausible people from many places, the same for the same seed."""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

# Given names, then family names. After a stroke stands how an address spells it.
_PLACES: tuple[tuple[int, str, str], ...] = (
    (
        30,
        "Ada Ben Carla Emma Felix Grace Hugo Leo Lena Nora Oscar Paula Ruby Simon Tess Vera",
        "Brown Carter Cohen Evans Fisher Hughes Murphy Parker Reed Smith Walker Wood",
    ),
    (
        12,
        "Anna Björn/bjoern Jürgen/juergen Käthe/kaethe Lukas Sören/soeren Theresa Uwe",
        "Bauer Gruber Jäger/jaeger Keller Müller/mueller Schäfer/schaefer Weiß/weiss",
    ),
    (
        12,
        "Chloé/chloe François/francois Hélène/helene Inès/ines Mathéo/matheo Zoé/zoe",
        "Dubois Faure Lefèvre/lefevre Moreau Noël/noel Rousseau",
    ),
    (
        12,
        "Begoña/begona Diego Inés/ines José/jose Lucía/lucia Martín/martin Sofía/sofia",
        "Castro Fernández/fernandez García/garcia Ibáñez/ibanez Muñoz/munoz Reyes",
    ),
    (
        8,
        "Åsa/asa Erik Freja Jonas Linnéa/linnea Søren/soren",
        "Andersen Hansen Larsen Lindström/lindstrom Nygård/nygard Sørensen/sorensen",
    ),
    (
        8,
        "Łukasz/lukasz Agnieszka Jiří/jiri Kateřina/katerina Zdeněk/zdenek Zofia",
        "Dvořák/dvorak Kowalska Novák/novak Wiśniewski/wisniewski Zając/zajac",
    ),
    (8, "Amir Fatima Layla Noor Samir Tariq Yasmin", "Abbas Haddad Khalil Mansour Nasser"),
    (8, "Arjun Devi Kavya Priya Ravi Sanjay", "Iyer Khan Nair Patel Sharma Singh"),
    (
        7,
        "伟/wei 芳/fang 敏/min 静/jing 磊/lei 秀英/xiuying",
        "王/wang 李/li 张/zhang 陈/chen 刘/liu",
    ),
    (
        7,
        "陽菜/hina 蓮/ren 葵/aoi 大翔/hiroto さくら/sakura",
        "佐藤/sato 鈴木/suzuki 高橋/takahashi 田中/tanaka",
    ),
    (6, "민준/minjun 서연/seoyeon 지우/jiwoo 하윤/hayoon", "김/kim 이/lee 박/park 최/choi"),
    (5, "Ελένη/eleni Γιώργος/giorgos Дмитрий/dmitry Ольга/olga", "Αλεξίου/alexiou Иванова/ivanova"),
    (7, "Amara Chidi Kofi Ngozi Thandiwe Zola", "Abebe Adeyemi Mensah Okafor Nkosi"),
)
_DOMAINS = ("example.com", "example.org", "example.net")
_LATIN_CITIES = ("212", "312", "415", "617", "206", "303", "512", "718")


REGULARS = 24


@dataclass(slots=True)
class Person:
    """Somebody who comes by: from which day on, and how many times a week, until they stay away."""

    number: int
    external_id: str
    profile: dict[str, Any]
    since: int
    until: int
    weekly: float


def people(
    seed: int, count: int, *, pace: float, days: int, prefix: str, born_around: date
) -> list[Person]:
    """Return so many people; the first ones are regulars, and most others come a few times."""
    chance = random.Random(seed)  # noqa: S311 - a story, no secret
    taken: set[str] = set()
    found: list[Person] = []
    for number in range(count):
        regular = number < REGULARS
        since = chance.randint(0, days // 6 if regular else days - 4)
        weekly = chance.uniform(1.4, 3.6) if regular else chance.expovariate(1 / 0.45)
        stays = regular or chance.random() < 0.6
        until = days if stays else since + chance.randint(20, 90)
        external_id = f"{prefix}{1001 + number}"
        profile = _profile(chance, number, taken, born_around)
        found.append(Person(number, external_id, profile, since, until, weekly * pace))
    return found


def _profile(chance: random.Random, number: int, taken: set[str], born: date) -> dict[str, Any]:
    while True:
        _, given, family = chance.choices(_PLACES, [place[0] for place in _PLACES])[0]
        first, spelt = _spelt(chance.choice(given.split()))
        last, spelt_last = _spelt(chance.choice(family.split()))
        address = f"{spelt}.{spelt_last}"
        # Of one name there may be two, as there are in life.
        if address not in taken or chance.random() < 0.05:
            break
    address += str(number) if address in taken else ""
    taken.add(address)
    profile: dict[str, Any] = {"first_name": first, "last_name": last}
    if chance.random() < 0.93:
        profile["email"] = f"{address}@{chance.choice(_DOMAINS)}"
        if chance.random() < 0.85:
            profile["email_opt_in"] = chance.random() < 0.8
            profile["email_opt_in_source"] = chance.choice(("checkout", "app", "newsletter"))
    if chance.random() < 0.55:
        # Numbers that are kept for stories: nobody answers them.
        if chance.random() < 0.6:
            profile["phone"] = f"+1 {chance.choice(_LATIN_CITIES)} 555 01{number % 100:02d}"
        else:
            profile["phone"] = f"+44 7700 900{number % 1000:03d}"
        if chance.random() < 0.5:
            profile["sms_opt_in"] = chance.random() < 0.5
            profile["sms_opt_in_source"] = "checkout"
    if chance.random() < 0.6:
        # Enough of them around today that birthdays are always to come and just gone.
        profile["birthday"] = born - timedelta(days=chance.randrange(6_500, 26_000))
    if chance.random() < 0.3:
        profile["identities"] = {"card": f"9{number:03d}{chance.randrange(10**8):08d}"}
    if chance.random() < 0.02:
        profile["is_vip"] = True
    joined_in = chance.choices(("counter", "app", "website"), (5, 3, 2))[0]
    profile["attributes"] = {"joined_in": joined_in}
    return profile


def _spelt(name: str) -> tuple[str, str]:
    written, _, spelt = name.partition("/")
    return written, spelt or written.lower()
