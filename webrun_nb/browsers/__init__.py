"""Real browsers behind one small protocol (see `base`). The only package that knows Playwright."""
