"""The map of the regions: where their circles lie and how they make room.

Reads and writes nothing. A region is a circle, never a bordered area: no boundary is
drawn, so none can be disputed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import hypot, sqrt

import plotly.graph_objects as go

from dashboard.canvas import BLUE, CLEAR, GREY, fade, set_frame
from dashboard.language import say

LAND = "/app/static/land.geojson"

# region: (name, latitude, longitude)
PLACES = {
    "CN": ("China", 34, 103),
    "US": ("United States", 39, -98),
    "KR": ("South Korea", 38, 127),
    "JP": ("Japan", 37, 141),
    "UK": ("United Kingdom", 54, -3),
    "EU": ("European Union", 48, 13),
    "IN": ("India", 21, 78),
    "BR": ("Brazil", -10, -52),
    "LATAM": ("Latin America", 12, -88),
    "RU": ("Russia", 60, 80),
    "TR": ("Türkiye", 39, 35),
    "SEA": ("Southeast Asia", 4, 110),
    "MENA": ("MENA", 25, 42),
    "ROW": ("Rest of world", -26, 134),
}
ROUNDS = 60
# A circle of this many pixels has room for its share, written inside.
ROOM_FOR_TEXT = 21


@dataclass(frozen=True)
class Size:
    """How large the map is drawn.

    Attributes:
        height: Pixels of the figure.
        largest: Pixels of the largest circle.
        pixels_per_degree: About the scale of the map at that width.
    """

    height: int
    largest: float
    pixels_per_degree: float


WIDE = Size(height=440, largest=56, pixels_per_degree=1.7)
PHONE = Size(height=190, largest=36, pixels_per_degree=0.8)


@dataclass(frozen=True)
class Circle:
    """One region on the map; the area of the circle is its share."""

    region: str
    name: str
    share: float
    latitude: float
    longitude: float
    pixels: float


def name(region: str) -> str:
    """Name a region for a reader; an unknown code stays as it is."""
    return say(PLACES[region][0]) if region in PLACES else region


def place_circles(shares: Mapping[str, float], size: Size) -> list[Circle]:
    """Turn shares into circles that do not cover each other, largest first.

    Circles start at their region and overlapping pairs push each other apart, the
    small one further, as in a Dorling cartogram. Unknown regions have no place.
    """
    known = {region: share for region, share in shares.items() if region in PLACES}
    if not known:
        return []
    largest = max(known.values())
    pixels = {
        region: size.largest * sqrt(max(share, 0) / largest)
        for region, share in known.items()
    }
    spots = {region: [float(part) for part in PLACES[region][1:]] for region in known}
    for _ in range(ROUNDS):
        for pair in combinations(known, 2):
            _push_apart(spots, pixels, pair, size.pixels_per_degree)
    return [
        Circle(
            region,
            name(region),
            share,
            latitude=spots[region][0],
            longitude=spots[region][1],
            pixels=pixels[region],
        )
        for region, share in sorted(known.items(), key=lambda item: -item[1])
    ]


def world(
    circles: Sequence[Circle], values: Sequence[str], *, height: int = 300
) -> go.Figure:
    """Draw one circle a region on a land shape without borders.

    Args:
        circles: Where the circles go and how large they are.
        values: The amount of each circle as text, for the hover.
        height: Pixels.
    """
    land = go.Choropleth(
        geojson=LAND,
        locations=["LAND"],
        featureidkey="id",
        locationmode="geojson-id",
        z=[0],
        colorscale=[[0, fade(GREY, 0.22)], [1, fade(GREY, 0.22)]],
        showscale=False,
        marker_line_width=0,
        hoverinfo="skip",
    )
    shares = [f"{circle.share:.0%}" for circle in circles]
    figure = go.Figure(land)
    figure.add_scattergeo(
        lat=[circle.latitude for circle in circles],
        lon=[circle.longitude for circle in circles],
        mode="markers+text",
        text=[
            f"<b>{share}</b>" if circle.pixels >= ROOM_FOR_TEXT else ""
            for circle, share in zip(circles, shares, strict=True)
        ],
        textfont=dict(size=11.5, color="#FFFFFF"),
        customdata=[
            [circle.name, amount, share]
            for circle, amount, share in zip(circles, values, shares, strict=True)
        ],
        marker=dict(
            size=[circle.pixels for circle in circles],
            color=BLUE,
            opacity=0.94,
            line=dict(width=1.2, color="rgba(255,255,255,.85)"),
        ),
        hovertemplate="<b>%{customdata[0]}</b><br>%{customdata[1]} · %{customdata[2]}"
        "<extra></extra>",
    )
    figure.update_geos(
        visible=False,
        projection_type="natural earth",
        bgcolor=CLEAR,
        lataxis_range=[-54, 80],
        lonaxis_range=[-140, 168],
    )
    set_frame(figure, height)
    figure.update_layout(margin=dict(l=0, r=0, t=0, b=0), hovermode="closest")
    return figure


def _push_apart(
    spots: dict[str, list[float]],
    pixels: dict[str, float],
    pair: tuple[str, str],
    scale: float,
) -> None:
    first, second = pair
    north = spots[second][0] - spots[first][0]
    east = spots[second][1] - spots[first][1]
    distance = hypot(north, east) or 1e-6
    wanted = (pixels[first] + pixels[second]) / 2 / scale
    if distance >= wanted:
        return
    missing = (wanted - distance) / distance
    weight = pixels[first] ** 2 + pixels[second] ** 2
    for region, direction, other in ((first, -1, second), (second, 1, first)):
        part = direction * missing * pixels[other] ** 2 / weight
        spots[region][0] += part * north
        spots[region][1] += part * east
