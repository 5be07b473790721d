"""The browser protocol over Playwright and Chromium."""
