"""A whole module."""
import bisect
import itertools
import random

from .binding import Binding
from .expression import Expression
from .extent import Extent
from .flow import Flow
from .literal import Literal
from .pattern import Pattern
from .scope import Scope
from .statement import Statement

SUMS = {}
FUTURES = ["annotations", "division, annotations", "(generator_stop)", "annotations as later", "print_function"]


class Program(Binding, Expression, Extent, Flow, Literal, Pattern, Statement):
    """The program of a seed."""

    def __init__(self, seed, version="3.14"):
        self.random = random.Random(seed)
        self.version = tuple(map(int, version.split(".")))
        # How many statements may come yet, and how many expressions in this one.
        self.budget = 0
        self.left = 0
        # How many compound statements this mixture may have yet.
        self.room = 0

    def pick(self, things):
        return things[int(self.random.random() * len(things))]

    def weigh(self, things, weights):
        """`random.choices` for one, and faster."""
        sums = SUMS.get(weights)
        if sums is None:
            sums = SUMS[weights] = list(itertools.accumulate(weights))
        return things[bisect.bisect(sums, self.random.random() * sums[-1], 0, len(things) - 1)]

    def chance(self, probability):
        return self.random.random() < probability

    def text(self):
        """The source as text; `encoded` gives the file."""
        self.budget = self.pick([3, 8, 15, 25, 40])
        scope = Scope("module")
        lines = []
        if self.chance(0.05):
            lines.append(self.pick(["#!/usr/bin/python", "# -*- coding: utf-8 -*-", "", "\x0c"]))
        if self.chance(0.15):
            lines.append(self.docstring())
        if self.chance(0.2):
            lines.append("from __future__ import " + self.pick(FUTURES))
        while self.budget > 0:
            lines += self.statement(scope, "")
        text = "\n".join(lines)
        return text if self.chance(0.15) else text + "\n"

    def encoded(self):
        """The bytes of the file: line ends and a byte order mark vary."""
        data = self.text().encode()
        if self.chance(0.04):
            data = data.replace(b"\n", self.pick([b"\r\n", b"\r"]))
        return b"\xef\xbb\xbf" + data if self.chance(0.03) else data
