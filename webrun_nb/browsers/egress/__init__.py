"""The egress of a session: its own loopback proxy, the destinations that it allows, and the upstream proxy.

`destinations` decides on destinations and `addresses` classifies IP addresses (both pure). `listener` accepts the
browser's connections, `proxy` serves one of them, `messages` is HTTP/1.1, `routes` finds the route of a connection,
`upstream` and `network` make it.
"""
