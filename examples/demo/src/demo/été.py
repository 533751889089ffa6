"""A module whose name is not ASCII."""

saison = "été"
