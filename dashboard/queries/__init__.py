"""The only reader of the database here. Reads figures once for each version of the data, and compares them on read."""

from dashboard.queries.base import Partnership
from dashboard.queries.charts import ChartQueries
from dashboard.queries.comparisons import ComparisonQueries
from dashboard.queries.figures import with_sources
from dashboard.queries.returns import GivenCounts, ReturnQueries

__all__ = ["GivenCounts", "Partnership", "Queries", "with_sources"]


class Queries(ComparisonQueries, ChartQueries, ReturnQueries):
    """Reads for pages, exports and the command line.

    What is read and compared is kept for one version of the data and one context; the next write changes the version,
    so nothing shown is ever stale. Safe to share between threads: what is kept is never changed.
    """
