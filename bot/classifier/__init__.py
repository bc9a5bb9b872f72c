"""Hearing: what a line of talk does, about what, how urgent and where. Pure functions over the county's word lists."""

from bot.classifier.reader import Classifier
from bot.classifier.vocabulary import LexiconData, LexiconError
from bot.classifier.where import NOWHERE, Where

__all__ = ["NOWHERE", "Classifier", "LexiconData", "LexiconError", "Where"]
