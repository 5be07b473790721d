"""The measurements, one module each; `runner.MEASUREMENTS` lists them."""
