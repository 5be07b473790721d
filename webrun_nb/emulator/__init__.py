"""The emulator: the WebRun service on your own machine, over real Chromium."""
