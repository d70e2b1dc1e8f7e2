"""The local PostgreSQL, Redis and process runner behind `make run`."""
