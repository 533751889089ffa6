from __future__ import annotations
of_17: "𞛀 🫪"
of_16: f"𖵃 {x}"
older: "😀 é"
