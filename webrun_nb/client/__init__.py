"""The client: any server that speaks the wire contract, from a cell or from a program."""
