"""Hand-written vocabulary of the catalogue: categories, their topics, and patterns of titles.

In a pattern ``{}`` is the topic and ``{l}`` the topic with a small first letter. Patterns read well
with every topic of their category, singular or plural.
"""

from typing import Final, NamedTuple


class Category(NamedTuple):
    """One first-level category."""

    name: str
    topics: tuple[str, ...]
    patterns: tuple[str, ...]


def _category(name: str, topics: str, patterns: str) -> Category:
    def split(text: str) -> tuple[str, ...]:
        return tuple(" ".join(part.split()) for part in text.split("|"))

    return Category(name, split(topics), split(patterns))


CATEGORIES: Final = (
    _category(
        "Cooking",
        """Knife skills | Street food | Sourdough bread | Hand-pulled noodles | Dumplings |
        Vegetable curry | Wok cooking | Breakfast eggs | Summer salads | Slow stews |
        Chocolate cake | Home pickles""",
        """{} 101 | {} at the night market | {} in ten minutes | {} without an oven |
        {} the way grandma did it | {}: five common mistakes | {} for one | {} for twelve guests |
        {} on a tiny budget | Secrets of {l} | {} in a student kitchen | {}, step by step |
        A chef reacts to {l} | {} with three ingredients | {} gone wrong | The science of {l} |
        {} after midnight | {}: worth the wait""",
    ),
    _category(
        "Pets",
        """Cat | Puppy | Parrot | Hamster | Rabbit | Goldfish | Tortoise | Pony | Ferret |
        Hedgehog | Duckling | Gecko""",
        """{} versus printer | {} discovers snow | {} meets the vacuum cleaner |
        {} refuses bath time | {} and the mysterious box | {} wakes the whole house |
        {} learns a new trick | A day in the life of a {l} | {} at the vet |
        {} steals breakfast | {} sees a mirror for the first time | How to greet a shy {l} |
        {} guards the sofa | {} goes camping | Building a home for a {l} |
        {} loses a staring contest | {} rides the escalator | What your {l} is telling you""",
    ),
    _category(
        "Comedy",
        """Office jokes | Family dinners | Awkward dates | Neighbour feuds | School memories |
        Failed magic tricks | Bad translations | Elevator silences | Gym beginners |
        Wedding speeches | Lost tourists | Video calls""",
        """{}, take one | {} in real life | {}: expectation and reality | {} with my dad |
        {} in one minute | When {l} go too far | {} as a silent film | {} at full volume |
        {} nobody asked for | {}, performed by robots | {} every Monday | {} explained by a child |
        The best of {l} | {} with a surprise ending | {} on a bad day | {} in front of strangers |
        Rating your {l} | {}: the musical""",
    ),
    _category(
        "Music",
        """Acoustic guitar | Piano ballads | Street drumming | Choir singing | Jazz improvisation |
        Film scores | Folk songs | Beatboxing | Violin practice | Synth pop | Opera arias |
        Lo-fi beats""",
        """{} at sunset | {} in the subway | {} for beginners | Thirty days of {l} |
        {} with a twist | {} in one take | {} on a rooftop | {} with friends | {} from scratch |
        {} in an empty church | {} before breakfast | Ten years of {l} | {}: hear the difference |
        {} on cheap gear | {} by candlelight | {} with a loop pedal | A blind guess: {l} |
        {} to fall asleep to""",
    ),
    _category(
        "Games",
        """Speed runs | Strategy maps | Puzzle rooms | Farming villages | Racing laps |
        Chess endgames | Card decks | Pixel platformers | Space battles | Boss fights |
        Retro consoles | Co-op raids""",
        """{} without a single hit | {}: the hidden level | {} for patient players |
        {} on the hardest setting | {} with one hand | {} ranked from worst to best |
        {} against my sister | {}: what the tutorial forgot | {} at three in the morning |
        World record attempt: {l} | {} by the numbers | {} that ruin friendships |
        {}: ten small tricks | {} with random rules | {} and too much coffee |
        Live commentary: {l} | {} from memory | {}: the comeback""",
    ),
    _category(
        "Film",
        """Silent films | Detective series | Stop motion | Movie trailers | Costume dramas |
        Sound effects | Plot twists | Stunt doubles | Animated shorts | Film sets |
        Closing scenes | Space operas""",
        """{} you missed | {} explained in five minutes | {}: behind the camera |
        {} frame by frame | {} on no budget | {} with my grandmother | {} ranked by an editor |
        The hidden craft of {l} | {} that aged well | {} in black and white |
        {}: spot the mistake | {} before computers | {} from around the world |
        {} for a rainy Sunday | A love letter to {l} | {}, told backwards | {} in miniature |
        {}: the director's notes""",
    ),
    _category(
        "Sports",
        """Street football | Table tennis | Rock climbing | Trail running | Basketball dribbling |
        Figure skating | Archery | Open-water swimming | Badminton | Skateboarding |
        Long jump | Judo throws""",
        """{} in slow motion | {} for complete beginners | {}: the one-minute lesson |
        {} in the rain | {} at the age of eighty | {} with a world champion |
        {}: the impossible shot | {} on a frozen lake | {} drills at home | My first month of {l} |
        {} without equipment | {} against the clock | {} seen from above | {} fails and falls |
        {}: how pros warm up | {} after dark | {} with my little brother | {}: the final minute""",
    ),
    _category(
        "Travel",
        """Mountain huts | Night trains | Island ferries | Desert roads | Old-town alleys |
        River cruises | Hidden beaches | Hot springs | City rooftops | Village markets |
        Northern lights | Border crossings""",
        """{} on a shoestring | {} in the off season | A weekend of {l} | {} from a drone |
        {} with a paper map | {} before the crowds | {} with three small children |
        {}: what nobody tells you | {} in the fog | {} by bicycle | {} and local breakfasts |
        Alone with {l} | {} without a phone | {} at first light | {}: packing list |
        {} worth the detour | Thirteen hours of {l} | {} in winter""",
    ),
    _category(
        "Beauty",
        """Everyday make-up | Braided hair | Nail art | Skin care | Vintage looks |
        Stage make-up | Short haircuts | Natural curls | Eyeliner | Perfume picks |
        Beard care | Festival glitter""",
        """{} in five minutes | {} on a budget | {}: what really works | {} for night owls |
        {} with my mother's tools | {} before an interview | {} done by a beginner |
        {} under studio light | {}: before and after | {} for busy mornings |
        {} from the nineties | {} in the pouring rain | {} on the night bus | An honest take: {l} |
        {}: myths and facts | {} for a wedding | {} with two products | {}, slowly and calmly""",
    ),
    _category(
        "Crafts",
        """Wooden shelves | Origami animals | Clay pots | Knitted scarves | Bicycle repairs |
        Leather wallets | Paper lanterns | Beeswax candles | Garden benches | Model trains |
        Patchwork quilts | Mended bowls""",
        """{} from scrap | {} without power tools | {} for beginners | {} in one afternoon |
        {}: the finishing touch | {} as a gift | {} with kids | {} restored | {} step by step |
        {}: three clever jigs | {} that last a lifetime | {} in a tiny flat | {} without talking |
        {} and a happy accident | {} for the market stall | {} by an old master |
        {}: measured twice, cut once | {} in the evening sun""",
    ),
    _category(
        "Science",
        """Black holes | Soap bubbles | Volcanoes | Deep-sea creatures | Magnets | Slime moulds |
        Rocket engines | Optical illusions | Fossils | Liquid nitrogen | Weather balloons |
        Ant colonies""",
        """{} explained with string | {} in your kitchen | {}: ten strange facts |
        {} at a million frames a second | {} and a very long ladder | What if: {l} |
        {} for curious children | {} under the microscope | {}: what textbooks leave out |
        {} from the school lab | {} in the dark | An expert on {l} | {} on a paper napkin |
        {}: an experiment that failed | {} and the smell of rain | {} in one picture |
        A short history of {l} | {}: guess the outcome""",
    ),
    _category(
        "Fitness",
        """Morning yoga | Kettlebells | Jump rope | Stretching | Pull-ups | Core workouts |
        Pilates | Shadow boxing | Balance drills | Desk exercises | Handstands | Interval runs""",
        """{} for stiff backs | {} in seven minutes | {} without a mat | {} for absolute beginners |
        {}: one hundred days later | {} in a hotel room | {} with a metronome | {} in the park |
        {}: fix your form | {} at sixty-five | {} before coffee | {} on rest days |
        {} with a resistance band | {}: the gentle version | {} until the song ends |
        {} with my flatmates | {}: the weekly plan | {} done quietly""",
    ),
    _category(
        "Vehicles",
        """Classic cars | Electric scooters | Steam engines | Camper vans | Rally stages |
        Engine rebuilds | Tiny trucks | Motorbike tours | Parallel parking | Car washes |
        Tractor pulls | Wheel restorations""",
        """{} on a cold morning | {}: the first ride | {} for a thousand miles |
        {} under the bonnet | {} through the mud | {} by the seaside | {}: sound only |
        {} after forty years in a barn | {} for nervous drivers | {} against a bicycle |
        {} with my uncle | {} on gravel | {}: what it costs | {} in heavy traffic |
        {} as seen by a mechanic | {} at the museum | {} in a narrow street | {}: mirror polish""",
    ),
    _category(
        "Gardening",
        """Balcony tomatoes | Bonsai trees | Rose pruning | Compost heaps | Indoor ferns |
        Seed swaps | Herb spirals | Pond plants | Orchid care | Autumn bulbs |
        Pumpkin patches | Wild meadows""",
        """{} on a windowsill | {} in a dry summer | {} for lazy gardeners | {}: week by week |
        {} and friendly insects | {} without pesticides | {} after the frost |
        {}: do this in March | {} from kitchen waste | {} with my neighbour | {} in time-lapse |
        {} in heavy clay | {} on a north wall | {}: rescue operation | {} for the birds |
        {} in old bathtubs | {}, the quiet version | {}: the harvest""",
    ),
)
"""Categories in order of their share of the catalogue."""

TOPICS: Final = len(CATEGORIES[0].topics)
"""Topics per category."""

PATTERNS: Final = len(CATEGORIES[0].patterns)
"""Titles per topic before they go on with part 2, 3, …"""


def titles() -> list[str]:
    """Return every title, by category, topic and pattern, each one different."""
    return [
        pattern.format(topic, l=topic[0].lower() + topic[1:])
        for category in CATEGORIES
        for topic in category.topics
        for pattern in category.patterns
    ]
