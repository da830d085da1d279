"""Every measure has a page and a row of the export, and a published counterpart is shown with its date."""

import csv
import io

import pytest
from flask.testing import FlaskClient

from dashboard.app import create_app
from dashboard.queries import Queries
from dashboard.settings import Settings
from dashboard.views.catalogue import Wanted, catalogue_page
from etl.load import store
from schema.areas import load_areas
from schema.catalogue import default_catalogue
from schema.context import Context

CATALOGUE = default_catalogue()
HOME = load_areas().by_id["stoke-on-trent"]


@pytest.mark.parametrize("framework", CATALOGUE.frameworks)
def test_every_measure_has_a_page_and_a_row_of_the_export(queries: Queries, framework: str) -> None:
    client: FlaskClient = create_app(Settings(), queries, Context(framework=framework)).server.test_client()
    measures = {measure.id for measure in CATALOGUE.measures_of(framework)}
    exported = client.get(f"/download/catalogue.csv?framework={framework}").get_data(as_text=True)
    assert {row["measure"] for row in csv.DictReader(io.StringIO(exported.lstrip("\ufeff")))} == measures
    for measure in measures:
        assert client.get(f"/measure/{measure}").status_code == 200
    one = client.get(f"/download/measure/{min(measures)}.csv")
    assert one.status_code == 200


def test_a_counterpart_is_there_with_its_date_or_the_catalogue_says_why_not(queries: Queries) -> None:
    page = catalogue_page(queries, Context(), HOME, Wanted())
    rows = {row.measure.id: row for row in page.rows}
    figures = queries.figures(Context())
    published = set(figures.loc[(figures["kind"] == store.RELEASE) & figures["value"].notna(), "measure"])
    shown = 0
    for measure in CATALOGUE.measures_of("children"):
        if measure.published_as.match == "none":
            assert measure.id not in published, f"{measure.id} is published, and is said not to be"
            assert measure.published_as.differs
            continue
        carriers = {measure.id, *measure.published_as.see}
        assert carriers & published, f"{measure.id} is said to have a {measure.published_as.match} counterpart"
        shown += rows[measure.id].published is not None
    assert shown > 80
