"""The words, colours and names of the clip world; imports nothing of ours."""

COLORS = {
    "red": (230, 40, 40),
    "orange": (245, 140, 20),
    "yellow": (240, 220, 40),
    "green": (40, 200, 70),
    "cyan": (40, 210, 220),
    "blue": (50, 80, 235),
    "purple": (150, 60, 220),
    "pink": (245, 90, 180),
}
COLOR_WORDS = {
    "red": ("red", "scarlet", "crimson"),
    "orange": ("orange", "tangerine"),
    "yellow": ("yellow", "golden"),
    "green": ("green", "emerald"),
    "cyan": ("cyan", "turquoise"),
    "blue": ("blue", "cobalt"),
    "purple": ("purple", "violet"),
    "pink": ("pink", "magenta"),
}
SHAPE_WORDS = {
    "circle": ("circle", "ball", "disc"),
    "square": ("square", "box", "block"),
    "triangle": ("triangle", "pyramid"),
    "diamond": ("diamond", "gem"),
    "star": ("star",),
    "heart": ("heart",),
    "ring": ("ring", "hoop", "donut"),
    "cross": ("cross", "plus"),
}
TEXTURE_WORDS = {
    "solid": ("solid", "plain"),
    "striped": ("striped", "stripy"),
    "dotted": ("dotted", "spotted"),
}
SIZE_WORDS = {"small": ("small", "little", "tiny"), "big": ("big", "large", "huge")}
BACKGROUND_PHRASES = {
    "grey": ("on a grey background", "on a gray wall"),
    "night": ("in a starry night", "at night"),
    "sky": ("in a cloudy sky", "in the sky"),
    "grass": ("on green grass", "over grass", "over a meadow"),
    "sand": ("on desert sand", "on a sandy beach"),
    "checker": ("on a checker floor", "on a chess board"),
}
MOTION_PHRASES = {
    "right": ("moves to the right", "slides right", "moving left to right"),
    "left": ("moves to the left", "slides left", "moving right to left"),
    "up": ("moves up", "rises", "rising"),
    "down": ("moves down", "falls", "falling"),
    "clockwise": ("circles clockwise", "turns in a clockwise circle"),
    "counterclockwise": ("circles counterclockwise", "orbits counterclockwise"),
    "zigzag": ("zigzags", "moves in a zigzag", "moving in a zigzag"),
    "bounce": ("bounces", "bouncing", "jumps up and down"),
    "wave": ("moves in a wave", "waves along", "floats in a wave"),
    "spin": ("spins in place", "rotates", "spinning"),
    "still": ("stays still", "does not move", "is at rest"),
    "path": ("moves along a path", "wanders", ""),
}
SHAPES = tuple(SHAPE_WORDS)
TEXTURES = tuple(TEXTURE_WORDS)
SIZES = tuple(SIZE_WORDS)
BACKGROUNDS = tuple(BACKGROUND_PHRASES)
MOTIONS = tuple(MOTION_PHRASES)


def list_words() -> list[str]:
    """Return every word a caption can hold, sorted: the tokenizer's vocabulary."""
    tables = (
        COLOR_WORDS,
        SHAPE_WORDS,
        TEXTURE_WORDS,
        SIZE_WORDS,
        BACKGROUND_PHRASES,
        MOTION_PHRASES,
    )
    words = {"a", "an", "the", "and"}
    for table in tables:
        for phrases in table.values():
            for phrase in phrases:
                words.update(phrase.split())
    return sorted(words)
