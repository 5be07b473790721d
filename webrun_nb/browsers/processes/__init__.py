"""The processes of browsers and their driver: finding, watching and killing them."""
