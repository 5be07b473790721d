"""A session's one way out: a loopback proxy of its own, the rules it obeys, and the proxy it may go on through.

`reach` says what may be reached (pure), `addresses` and `hosts` what an address or a name is (pure), `listener` is the
proxy, `exchange` one request through it, `routes` where a connection leads, `upstream` and `network` how it is made.
"""
