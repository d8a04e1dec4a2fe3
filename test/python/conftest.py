"""Makes the library importable, as the driver's PYTHONPATH does."""

import sys
from pathlib import Path

LIBRARY = Path(__file__).parents[2] / "images" / "spark-sedona" / "python"
sys.path.insert(0, str(LIBRARY))
