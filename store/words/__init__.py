"""The shared nouns of the house: plain frozen values that every room may hold, and no behaviour."""

from store.words.base import *
from store.words.coming import *
from store.words.going import *
from store.words.ledgers import *
from store.words.people import *
