"""Real browsers behind one small protocol (`protocol`). The only package that imports Playwright."""
