"""The only package with SQL. Functions take a `Database` that a transaction or a reader handed down."""
