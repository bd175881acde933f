"""The servers that tests run against."""

from tests.servers import cluster_server, embedded_server, keys, server, short_folder, vault

__all__ = ["cluster_server", "embedded_server", "keys", "server", "short_folder", "vault"]
