"""Commands of `%webrun` and `%%webrun`: one module per group, with arguments, options, handler and help of each."""
