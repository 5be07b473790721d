"""Practice sites: invented web sites that tutorials and tests browse instead of real ones.

Each site is a folder with its pages, and its name is in `webrun_nb.common.practice_sites`. The emulator serves it on a
host of its own (`practice:shop` is `http://shop.localhost:PORT/`), which is why every link in it is root-relative. What
visitors do is kept in memory, per `PracticeApp`. Without a visitor's cookie a page is the same on every machine.
"""
