"""Alembic's way in: migrates on the connection that it is handed, inside the caller's transaction."""

from alembic import context

from schema.tables import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=True,
    transactional_ddl=False,  # the caller's transaction is the one
)
context.run_migrations()
