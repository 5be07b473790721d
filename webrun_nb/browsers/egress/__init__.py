"""A session's one way out: a loopback proxy of its own, the rules it obeys, and the proxy it may go on through.

`reach` says what may be reached and `addresses` what an address is (both pure), `listener` listens for the browser's
connections, `proxy` serves one of them, `messages` is HTTP/1.1, `routes` says where a connection leads, `upstream` and
`network` make it.
"""
