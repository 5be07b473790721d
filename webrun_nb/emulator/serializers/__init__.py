"""The conversion of domain objects and records into the models of the wire."""
