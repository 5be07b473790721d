"""The service on your own machine: the wire contract over real Chromium."""
