"""The main job in Chromium."""

from __future__ import annotations

import pytest

from tests.engines.jobs import *  # noqa: F403
from tests.engines.returns import *  # noqa: F403

pytestmark = pytest.mark.browser
ENGINE = "chromium"
