"""Draws volumes that a run's model makes, one after the other and not chosen, beside volumes that it was trained on.

python tools/model_sheet.py build/models/run-head docs/pictures/heads.png
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "CRFGANSynth"))

ROWS, SEED = 8, 7


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("picture", type=Path)
    args = parser.parse_args()
    from crfgan.data.dataset import open_dataset
    from crfgan.runs.model_file import load_model
    from crfgan.synthesis.synthesize import synthesize_array
    from crfgan.volumes.pictures import contact_sheet, save_picture

    dataset, model = open_dataset(args.run), load_model(args.run)
    real = [dataset.volumes[index] for index in range(ROWS)]
    made = [synthesize_array(model, SEED, index)[0] for index in range(2 * ROWS)]
    columns = [("training volumes", real), ("synthetic", made[:ROWS]), ("synthetic", made[ROWS:])]
    save_picture(contact_sheet(columns, dataset.facts.grid.spacing), args.picture)


if __name__ == "__main__":
    main()
