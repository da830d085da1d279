"""WHAT is measured: frameworks, quantities, measures, returns, publications, periods and areas, as frozen models read
from the YAML files beside this module, and the tables that hold them. Imports nothing of `etl` or `dashboard`."""
