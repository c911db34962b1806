"""The story of a failing schedule, put into rows and words: what its views have in common, terminal and page.

Reads the document of an exploration and nothing else. Knows nothing of widths, colours or HTML.
"""
