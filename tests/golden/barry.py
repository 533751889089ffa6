from __future__ import barry_as_FLUFL, annotations

if a <> b:
    x: "\ud7a4\U0001f9ff" = c <> d <> e
