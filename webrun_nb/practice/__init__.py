"""Practice sites: invented web sites that tutorials and tests browse instead of real ones.

Each site is a package with its pages, and the package's name is the site's. The emulator serves it on a host of its own
(`practice:shop` is `http://shop.localhost:PORT/`), which is why every link in it is root-relative. What
visitors do is kept in memory, per `PracticeApp`. Without a visitor's cookie a page is the same on every machine.
"""
