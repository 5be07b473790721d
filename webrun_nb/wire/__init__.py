"""The wire contract as data models, which the toolkit and the emulator share."""
