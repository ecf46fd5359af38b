"""Weather and time of day: the colours of sky, light and haze."""

from __future__ import annotations

import math
from dataclasses import dataclass

from datasets_app.demo.solids import Colour, mix, tint

WEATHERS = ("clear", "cloudy", "rain", "fog")
TIMES = ("morning", "day", "evening", "night")


@dataclass(frozen=True, slots=True)
class Mood:
    """How the same street looks at one time in one weather."""

    weather: str
    time: str
    sky_top: Colour
    sky_low: Colour
    ambient: tuple[float, float, float]
    density: float  # of the haze, for each metre
    headlights: float = 0.0  # what our own lights add to what is near

    @property
    def lamps_on(self) -> bool:
        """Whether lamps, windows and headlights shine."""
        return self.time in ("evening", "night") or self.weather in ("rain", "fog")

    @property
    def haze(self) -> Colour:
        """What far things fade into."""
        return self.sky_low

    def fade(self, distance: float) -> float:
        """The share of haze (0 to 1) before something that far away."""
        return 1.0 - math.exp(-self.density * max(distance - 4.0, 0.0))

    def shade(self, colour: Colour, distance: float, *, lit: bool = False) -> Colour:
        """A colour as it is seen from that distance."""
        fade = self.fade(distance)
        if lit:
            return mix(colour, self.sky_low, fade * 0.55)
        extra = self.headlights * math.exp(-distance / 22.0) if self.headlights else 0.0
        red, green, blue = self.ambient
        seen = min(255, int(colour[0] * (red + extra))), min(255, int(colour[1] * (green + extra)))
        return mix((*seen, min(255, int(colour[2] * (blue + extra)))), self.sky_low, fade)


_TIMES: dict[str, tuple[Colour, Colour, tuple[float, float, float]]] = {
    "morning": ((132, 184, 226), (255, 226, 196), (1.0, 0.96, 0.90)),
    "day": ((88, 160, 224), (208, 232, 246), (1.0, 1.0, 1.0)),
    "evening": ((82, 88, 148), (250, 178, 132), (0.88, 0.76, 0.74)),
    "night": ((12, 18, 42), (46, 56, 96), (0.36, 0.40, 0.55)),
}

_CLOUD: dict[str, tuple[Colour, float, float, float]] = {  # grey, share of it, brightness, density
    "clear": ((255, 255, 255), 0.0, 1.0, 0.0022),
    "cloudy": ((186, 196, 206), 0.62, 0.95, 0.004),
    "rain": ((128, 140, 154), 0.78, 0.80, 0.010),
    "fog": ((208, 213, 217), 0.86, 0.97, 0.034),
}

_DAYLIGHT = {"morning": 1.0, "day": 1.0, "evening": 0.72, "night": 0.36}


def mood_for(weather: str, time: str) -> Mood:
    """The mood of one of WEATHERS at one of TIMES."""
    top, low, ambient = _TIMES[time]
    grey, share, brightness, density = _CLOUD[weather]
    grey = tint(grey, _DAYLIGHT[time])
    red, green, blue = (a * brightness for a in ambient)
    return Mood(
        weather=weather,
        time=time,
        sky_top=mix(top, tint(grey, 0.86), share),
        sky_low=mix(low, grey, share),
        ambient=(red, green, blue),
        density=density,
        headlights=0.55 if time == "night" else 0.0,
    )
