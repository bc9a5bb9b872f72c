"""Every test starts without the settings of the machine it runs on."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# how the tests find their browser, and whether they take pictures; the program reads none of these
ABOUT_THE_TESTS = {"GRIDBOT_CHROMIUM", "GRIDBOT_REQUIRE_BROWSER", "GRIDBOT_PICTURES"}

for name in [name for name in os.environ if name.startswith("GRIDBOT_") and name not in ABOUT_THE_TESTS]:
    del os.environ[name]

# How long an example takes says something of the machine, and a busy machine is no fault of the code.
settings.register_profile("gridbot", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("gridbot")
