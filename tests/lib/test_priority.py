"""The worker steps back, and nobody else does."""

import os
import subprocess
import sys

STEP_BACK = "import os; from app.lib.priority import step_back; step_back(); print(os.nice(0))"


def test_a_process_that_steps_back_goes_after_its_parent() -> None:
    said = subprocess.run([sys.executable, "-c", STEP_BACK], check=True, capture_output=True, text=True).stdout
    assert int(said) == min(19, os.nice(0) + 5)
