"""Every table of the database, with the keys and constraints that keep the house's promises.

Times are `timestamptz`. Positions are WGS-84 degrees; what was sent, in which datum, is kept beside them.
Merchants' and evidence's `spot` is a plane point in kilometres (see `geo.py`), so GiST answers "nearest".
"""

from store.tables.base import Point as Point
from store.tables.base import When as When
from store.tables.base import metadata as metadata
from store.tables.books import *
from store.tables.clues import *
from store.tables.console import *
from store.tables.desk import *
from store.tables.feeds import *
from store.tables.library import *
from store.tables.lines import *
from store.tables.mail import *
from store.tables.people import *
from store.tables.problems import *
from store.tables.profile import *
from store.tables.reports import *
from store.tables.running import *
from store.tables.sharing import *
from store.tables.shopwork import *
from store.tables.taken import *
from store.tables.vault import *
from store.tables.world import *
