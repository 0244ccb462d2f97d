"""Alembic's entry point: runs on the connection that `store.db.migrate` holds its lock on."""

from alembic import context

from store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    compare_type=True,
    include_schemas=True,
)
with context.begin_transaction():
    context.run_migrations()
