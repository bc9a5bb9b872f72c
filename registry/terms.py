"""The enumerations of the field, as design and transcripts name them; files, tables and output carry the values."""

from enum import StrEnum


class Act(StrEnum):
    """What a message does."""

    REPORT = "report"
    SUPPLEMENT = "supplement"
    ECHO = "echo"
    RECOVERY = "recovery"
    STATUS_QUERY = "status_query"
    RATING = "rating"
    QUESTION = "question"
    COMMAND = "command"
    NOTICE = "notice"
    CHAT = "chat"


#: Acts whose words are kept with their ticket; of the others only the fact (design, section 7).
WORDS_KEPT = frozenset({Act.REPORT, Act.SUPPLEMENT, Act.NOTICE, Act.COMMAND})


class Category(StrEnum):
    """Kinds of matter (诉求类别)."""

    WATER = "water"
    POWER = "power"
    GAS_HEATING = "gas_heating"
    ROAD = "road"
    TRAFFIC = "traffic"
    PROPERTY = "property"
    FACILITY = "facility"
    SANITATION = "sanitation"
    POLLUTION = "pollution"
    NOISE = "noise"
    HAZARD = "hazard"
    DISPUTE = "dispute"
    ORDER = "order"
    SOCIAL = "social"
    EDUCATION = "education"
    HEALTH = "health"
    CONSUMER = "consumer"
    LABOUR = "labour"
    AGRICULTURE = "agriculture"
    PERSON_HELP = "person_help"
    OTHER = "other"


#: Chinese names of the categories, in the words of the residents' hotline.
CATEGORY_NAMES: dict[Category, str] = {
    Category.WATER: "供水排水",
    Category.POWER: "供电",
    Category.GAS_HEATING: "燃气供热",
    Category.ROAD: "道路桥梁",
    Category.TRAFFIC: "交通停车",
    Category.PROPERTY: "物业住房",
    Category.FACILITY: "公共设施",
    Category.SANITATION: "环境卫生",
    Category.POLLUTION: "环境污染",
    Category.NOISE: "噪音扰民",
    Category.HAZARD: "安全隐患",
    Category.DISPUTE: "矛盾纠纷",
    Category.ORDER: "治安",
    Category.SOCIAL: "社保救助",
    Category.EDUCATION: "教育",
    Category.HEALTH: "医疗卫生",
    Category.CONSUMER: "消费市场",
    Category.LABOUR: "劳动欠薪",
    Category.AGRICULTURE: "农业农村",
    Category.PERSON_HELP: "个人帮扶",
    Category.OTHER: "其他",
}

#: Names and rooms are left out of group texts for these (promise P12).
DISCREET = frozenset({Category.DISPUTE, Category.ORDER, Category.SOCIAL, Category.HEALTH, Category.PERSON_HELP})


class Urgency(StrEnum):
    NORMAL = "normal"
    URGENT = "urgent"
    DANGER = "danger"


class DangerKind(StrEnum):
    """Place danger reaches all tiers; person danger reaches no group (domain.md)."""

    PLACE = "place"
    PERSON = "person"


class Tier(StrEnum):
    BASIC = "basic"
    COORDINATION = "coordination"
    COMMAND = "command"


class Level(StrEnum):
    COUNTY = "county"
    TOWNSHIP = "township"
    VILLAGE = "village"
    GRID = "grid"
    MICRO_GRID = "micro_grid"


class Role(StrEnum):
    RESIDENT = "resident"
    HOUSEHOLD_HEAD = "household_head"
    GRID_MEMBER = "grid_member"
    GRID_LEADER = "grid_leader"
    UNIT_MEMBER = "unit_member"
    UNIT_LEAD = "unit_lead"
    COUNTY_LEADER = "county_leader"
    GRID_OFFICE = "grid_office"
    DUTY_OFFICER = "duty_officer"


#: Everybody who acts in an office; household heads are neighbours, not officials.
OFFICIALS = frozenset(Role) - {Role.RESIDENT, Role.HOUSEHOLD_HEAD}


class Hears(StrEnum):
    ALL = "all"
    MENTIONS = "mentions"
    NONE = "none"


class Speaks(StrEnum):
    DIRECT = "direct"
    CONFIRM = "confirm"
    PASTE = "paste"


class Form(StrEnum):
    """How one sentence leaves: said, confirmed by the owner, pasted by the grid member, or a card to one person."""

    DIRECT = "direct"
    CONFIRM = "confirm"
    PASTE = "paste"
    CARD = "card"


class Lane(StrEnum):
    DANGER = "danger"
    URGENT = "urgent"
    NORMAL = "normal"
    DIGEST = "digest"


class TicketKind(StrEnum):
    MATTER = "matter"
    CONSULTATION = "consultation"
    PRIVATE = "private"
    """Told to the bot alone about a person: people hear of it, no group does."""


class Status(StrEnum):
    OPEN = "open"
    ASSIGNED = "assigned"
    ACCEPTED = "accepted"
    DONE = "done"
    CLOSED = "closed"
    SHELVED = "shelved"
    EXCLUDED = "excluded"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"


#: An open ticket has one owner and a running clock (promise P3).
OPEN_STATUSES = frozenset({Status.OPEN, Status.ASSIGNED, Status.ACCEPTED, Status.DONE, Status.SHELVED})


class Outcome(StrEnum):
    SATISFIED = "satisfied"
    UNSATISFIED = "unsatisfied"
    SILENT = "silent"
    UNASKED = "unasked"


class What(StrEnum):
    """A line of a ticket's history."""

    OPENED = "opened"
    VOICE = "voice"
    SUPPLEMENT = "supplement"
    ASSIGNED = "assigned"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    HANDED_OVER = "handed_over"
    RAISED = "raised"
    ACKNOWLEDGED = "acknowledged"
    DONE = "done"
    ASKED_RATING = "asked_rating"
    RATED = "rated"
    REOPENED = "reopened"
    SHELVED = "shelved"
    EXTENDED = "extended"
    MERGED = "merged"
    SPLIT = "split"
    CORRECTED = "corrected"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"
    DANGER_RAISED = "danger_raised"
    DANGER_ENDED = "danger_ended"
    DOUBTED = "doubted"
    CONFIRMED = "confirmed"
    OPENED_NUMBER = "opened_number"
    CONTACTED = "contacted"
    WHISTLED = "whistled"
    REPORTED_IN = "reported_in"
    SUPERVISED = "supervised"
    REPINNED = "repinned"
    LINKED = "linked"
    RECALLED = "recalled"
    SETTLED_BY_RESIDENTS = "settled_by_residents"
    SET_ASIDE = "set_aside"


class Said(StrEnum):
    """Kinds of what the bot says."""

    RECEIPT = "receipt"
    ADVICE = "advice"
    QUESTION = "question"
    ASSIGNED = "assigned"
    CARD = "card"
    STEP = "step"
    STATUS = "status"
    DIGEST = "digest"
    ASK_RATING = "ask_rating"
    ANSWER = "answer"
    REFUSAL = "refusal"
    DANGER = "danger"
    DANGER_ENDED = "danger_ended"
    ALARM = "alarm"
    BRIEF = "brief"
    AWAY = "away"
    PROOF = "proof"
    HELP = "help"
    BINDING = "binding"


class ClockKind(StrEnum):
    """Independent clocks of a ticket; a ladder hangs on accept and done."""

    ACCEPT = "accept"
    FIRST_CONTACT = "first_contact"
    DONE = "done"
    REVIEW = "review"
    RATING = "rating"
    DOUBT = "doubt"
    STEP = "step"
    WHISTLE = "whistle"
    SUPERVISION = "supervision"
    SILENCE = "silence"
    WARN_ACCEPT = "warn_accept"
    WARN_FIRST_CONTACT = "warn_first_contact"
    WARN_DONE = "warn_done"


#: The pre-warning (预警) of a clock: it stops with the clock that it warns of.
WARNING_OF = {
    ClockKind.ACCEPT: ClockKind.WARN_ACCEPT,
    ClockKind.FIRST_CONTACT: ClockKind.WARN_FIRST_CONTACT,
    ClockKind.DONE: ClockKind.WARN_DONE,
}
WARNED_OF = {warning: clock for clock, warning in WARNING_OF.items()}
