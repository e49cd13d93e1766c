"""The grader of the course: from a learner's files to a verdict, a card and a score."""

__version__ = "0.1.0"
